import { Notification } from '@jupyterlab/apputils';
import type { IDisposable } from '@lumino/disposable';

import { EXTENSION } from '../api/sessions';
import type { ActivityEvent } from '../api/types';
import type { ILive } from '../store/stream';
import type { IOgaiLab } from '../tokens';
import { extendSession } from './extend-session';

const SCHEMA = '/scheduler/session/';

/** Warns the reader before a session of theirs ends for want of work; one click keeps it. */
export class SessionWarnings implements IDisposable {
  constructor(private readonly _lab: IOgaiLab) {
    _lab.live.event.connect(this._onEvent, this);
    this._look = _lab.live.look();
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    if (!this._disposed) {
      this._disposed = true;
      this._lab.live.event.disconnect(this._onEvent, this);
      this._look.dispose();
    }
  }

  private _onEvent(_: ILive, { schema_id, data }: ActivityEvent): void {
    const { id, action, name, owner, idle_until: until } = data;
    if (!schema_id.includes(SCHEMA) || owner !== this._lab.live.user || typeof id !== 'string') {
      return;
    }
    const shown = this._shown.get(id);
    if (shown) {
      Notification.dismiss(shown);
      this._shown.delete(id);
    }
    if (action === 'warned' && typeof until === 'number') {
      this._shown.set(id, this._warn(id, String(name), until));
    }
  }

  private _warn(id: string, name: string, until: number): string {
    const { words } = this._lab;
    const left = words.duration(until - Date.now() / 1000);
    const text = words.trans.__('The session “%1” does nothing and ends in %2.', name, left);
    return Notification.warning(text, {
      autoClose: false,
      actions: [
        {
          label: words.trans.__('Keep It %1 Longer', words.duration(EXTENSION)),
          displayType: 'accent',
          callback: () => void extendSession(this._lab, id, EXTENSION)
        }
      ]
    });
  }

  private readonly _look: IDisposable;
  private readonly _shown = new Map<string, string>();
  private _disposed = false;
}
