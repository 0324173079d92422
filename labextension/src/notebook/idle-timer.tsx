import type { ISessionContext } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import * as React from 'react';

import type { Session } from '../api/types';
import { extendSession } from '../notify/extend-session';
import { whileShown } from '../shown';
import type { IOgaiLab } from '../tokens';
import { extension, idleWords } from './idle-words';

/** How the kernels are called that are sessions. */
const KERNELS = 'ogai-session';

/** When the session of a notebook ends, in its toolbar; a click extends it. */
export class IdleTimer extends ReactWidget {
  constructor(
    private readonly _context: ISessionContext,
    private readonly _lab: IOgaiLab
  ) {
    super();
    this.addClass('jp-ogai-IdleTimer');
    _lab.sessions.changed.connect(this._draw, this);
    _context.kernelChanged.connect(this._onKernel, this);
    whileShown(this, () => {
      this._shown = true;
      this._onKernel();
      return new DisposableDelegate(() => {
        this._shown = false;
        this._onKernel();
      });
    });
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._lab.sessions.changed.disconnect(this._draw, this);
      this._context.kernelChanged.disconnect(this._onKernel, this);
      this._look?.dispose();
      super.dispose();
    }
  }

  protected override render(): React.JSX.Element | null {
    const session = this._session;
    const said = session && idleWords(session, Date.now() / 1000, this._lab.words);
    if (!said) {
      return null;
    }
    return (
      <button
        className="jp-ogai-IdleTimer-button"
        data-near={said.near || undefined}
        title={said.long}
        aria-label={`${said.short}. ${said.long}`}
        onClick={() => void this._extend(session)}
      >
        {said.short}
      </button>
    );
  }

  private get _session(): Session | undefined {
    const id = this._context.session?.kernel?.id;
    return id ? this._lab.sessions.value?.find(({ kernel_id }) => kernel_id === id) : undefined;
  }

  /** Only a notebook whose kernel is a session looks at the sessions. */
  private _onKernel(): void {
    const wanted = this._shown && !!this._context.session?.kernel?.name.startsWith(KERNELS);
    if (wanted && !this._look) {
      this._look = this._lab.sessions.look();
    } else if (!wanted && this._look) {
      this._look.dispose();
      this._look = undefined;
    }
    this._draw();
  }

  private _draw(): void {
    this.update();
  }

  private async _extend(session: Session): Promise<void> {
    await extendSession(this._lab, session.id, extension(session));
    this._lab.sessions.retry();
  }

  private _look: IDisposable | undefined;
  private _shown = false;
}
