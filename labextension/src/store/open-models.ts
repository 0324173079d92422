import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { ModelsApi } from '../api/models';
import type { Version } from '../api/types';
import { Resource, type IResource } from './resource';
import type { ILive } from './stream';

/** The versions of the models that are unfolded, fresh while somebody looks. */
export class OpenModels implements IDisposable {
  constructor(
    private readonly _models: Pick<ModelsApi, 'versions'>,
    private readonly _live: ILive
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The versions of a model; undefined while it is folded. */
  get(model: string): IResource<Version[]> | undefined {
    return this._open.get(model)?.versions;
  }

  /** Every version that is known. */
  get known(): Version[] {
    return [...this._open.values()].flatMap(({ versions }) => versions.value ?? []);
  }

  /** Unfold a model, or fold it. */
  toggle(model: string): void {
    const open = this._open.get(model);
    if (open) {
      this._open.delete(model);
      open.versions.dispose();
    } else {
      this._open.set(model, this._unfold(model));
    }
    this._changed.emit();
  }

  look(): IDisposable {
    if (++this._lookers === 1) {
      this._open.forEach(open => (open.look = open.versions.look()));
    }
    return new DisposableDelegate(() => {
      if (--this._lookers === 0) {
        this._open.forEach(open => open.look?.dispose());
      }
    });
  }

  /** Fetch all of them again now. */
  retry(): void {
    this._open.forEach(({ versions }) => versions.retry());
  }

  dispose(): void {
    this._isDisposed = true;
    this._open.forEach(({ versions }) => versions.dispose());
    this._open.clear();
    Signal.clearData(this);
  }

  private _unfold(model: string): { versions: Resource<Version[]>; look?: IDisposable } {
    const versions = new Resource(this._live, {
      load: signal => this._models.versions(model, undefined, signal),
      concerns: event => event.schema_id.includes('/models/') && event.data.model === model
    });
    versions.changed.connect(() => this._changed.emit());
    return { versions, ...(this._lookers > 0 && { look: versions.look() }) };
  }

  private readonly _open = new Map<string, { versions: Resource<Version[]>; look?: IDisposable }>();
  private _lookers = 0;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}
