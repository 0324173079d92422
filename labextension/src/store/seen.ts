import type { IStateDB } from '@jupyterlab/statedb';
import { Signal, type ISignal } from '@lumino/signaling';

const KEY = 'ogai-lab:seen';
/** So many ids are remembered; older failures call for nobody any more. */
const REMEMBERED = 500;

/** The jobs whose end the reader has looked at: they call for no attention any more. */
export class Seen {
  constructor(private readonly _state: IStateDB | null) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Read what was seen in earlier sessions. */
  async restore(): Promise<void> {
    const kept = await this._state?.fetch(KEY);
    if (Array.isArray(kept)) {
      kept.forEach(id => typeof id === 'string' && this._ids.add(id));
      this._changed.emit();
    }
  }

  has(id: string): boolean {
    return this._ids.has(id);
  }

  add(...ids: string[]): void {
    const before = this._ids.size;
    ids.forEach(id => this._ids.add(id));
    if (this._ids.size > before) {
      this._ids = new Set([...this._ids].slice(-REMEMBERED));
      void this._state?.save(KEY, [...this._ids]);
      this._changed.emit();
    }
  }

  private _ids = new Set<string>();
  private readonly _changed = new Signal<this, void>(this);
}
