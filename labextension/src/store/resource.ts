import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type { Problem } from '../api/problem';
import type { ActivityEvent } from '../api/types';
import { LiveStore } from './live-store';
import { sleep } from './persist';
import type { ILive } from './stream';
import type { Connection } from './types';

/** Events that come within this many milliseconds cause one fetch. */
const GATHER = 80;
/** Two fetches are at least so many milliseconds apart, and four times as long as one takes. */
const APART = 500;
const REST = 4;

/** Something that the server has, as a whole, kept fresh while somebody looks. */
export interface IResource<T> extends IDisposable {
  /** The newest answer; undefined before the first. */
  readonly value: T | undefined;
  readonly connection: Connection;
  readonly problem: Problem | undefined;
  /** When the value was last known to be so, in Unix seconds; 0 for never. */
  readonly heard: number;
  /** Something above has changed. Also sent with every sign of life. */
  readonly changed: ISignal<IResource<T>, void>;
  /** Keep it fresh until the result is disposed. */
  look(): IDisposable;
  /** Fetch it again now. */
  retry(): void;
}

/** A value that is fetched anew when an event concerns it. */
export class Resource<T> extends LiveStore implements IResource<T> {
  constructor(
    live: ILive,
    private readonly _options: Resource.IOptions<T>
  ) {
    super(live, _options.glance && _options.pulse);
  }

  get value(): T | undefined {
    return this._value;
  }

  protected override async load(signal: AbortSignal): Promise<void> {
    this._dirty = false;
    await this._fetch(signal, () => this._options.load(signal));
  }

  protected override take(event: ActivityEvent): void {
    if (this._options.concerns(event)) {
      this._dirty = true;
      this._schedule();
    }
  }

  protected override settled(): void {
    this._schedule();
  }

  protected override async beat(signal: AbortSignal): Promise<void> {
    const { glance } = this._options;
    const before = this._value;
    if (glance && before !== undefined && !this._waiting) {
      await this._fetch(signal, () => glance(before, signal));
      this.tell();
    }
  }

  private _schedule(): void {
    const { signal } = this;
    if (!signal || !this.steady || !this._dirty || this._waiting) {
      return;
    }
    this._waiting = true;
    const rest = this._began + Math.max(APART, REST * this._took) - Date.now();
    void sleep(Math.max(GATHER, rest), signal).then(() => {
      this._waiting = false;
      if (!signal.aborted) {
        this.heal();
      }
    });
  }

  private async _fetch(signal: AbortSignal, get: () => Promise<T>): Promise<void> {
    this._began = Date.now();
    const value = await get();
    this._took = Date.now() - this._began;
    if (!signal.aborted) {
      this._value = value;
    }
  }

  private _value: T | undefined;
  private _dirty = false;
  private _waiting = false;
  private _began = 0;
  private _took = 0;
}

export namespace Resource {
  export interface IOptions<T> {
    load: (signal: AbortSignal) => Promise<T>;
    /** Whether an event may have changed the value. */
    concerns: (event: ActivityEvent) => boolean;
    /** Fetch the part of the value that no event tells, every `pulse` milliseconds. */
    glance?: (before: T, signal: AbortSignal) => Promise<T>;
    pulse?: number;
  }
}
