import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Problem } from '../api/problem';
import type { ActivityEvent } from '../api/types';
import { persist } from './persist';
import type { Connection } from './types';

/** What the stream needs from the server. */
export interface IEventSource {
  /** Make sure that a server of our version answers; return whom it takes us for. */
  greet(signal: AbortSignal): Promise<string>;
  /** The number of the newest event. */
  lastEvent(signal: AbortSignal): Promise<number>;
  /** The events after number `after`; null is a sign of life. */
  events(after: number, signal: AbortSignal): AsyncIterable<ActivityEvent | null>;
}

/** The one stream of what changes on the server, open while somebody looks. */
export interface ILive extends IDisposable {
  readonly connection: Connection;
  /** What broke the connection, while it is lost. */
  readonly problem: Problem | undefined;
  /** When the server was last heard, in Unix seconds; 0 for never. */
  readonly heard: number;
  /** Whom the server takes us for, by the name that owns our jobs; empty before it said so. */
  readonly user: string;
  /** The connection has changed, or the server gave a sign of life. */
  readonly changed: ISignal<ILive, void>;
  /** The stream was opened (again): what is fetched from now on misses no event. */
  readonly opened: ISignal<ILive, void>;
  /** Something happened on the server. */
  readonly event: ISignal<ILive, ActivityEvent>;
  /** Keep the stream open until the result is disposed. */
  look(): IDisposable;
  /** Connect again now. */
  retry(): void;
}

/** Follows the events of the server for everybody, and connects again by itself. */
export class Live implements ILive {
  constructor(private readonly _source: IEventSource) {}

  get connection(): Connection {
    return this._connection;
  }

  get problem(): Problem | undefined {
    return this._problem;
  }

  get heard(): number {
    return this._heard;
  }

  get user(): string {
    return this._user;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get opened(): ISignal<this, void> {
    return this._opened;
  }

  get event(): ISignal<this, ActivityEvent> {
    return this._event;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  look(): IDisposable {
    if (++this._lookers === 1) {
      this._start();
    }
    return new DisposableDelegate(() => {
      if (--this._lookers === 0) {
        this._stop();
      }
    });
  }

  retry(): void {
    if (this._lookers > 0) {
      this._stop();
      this._start();
    }
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._stop();
    Signal.clearData(this);
  }

  private _start(): void {
    if (this._isDisposed) {
      return;
    }
    const run = new AbortController();
    this._run = run;
    this._set('connecting');
    void persist(
      alive => this._follow(alive, run.signal),
      problem => !run.signal.aborted && this._set('lost', problem),
      run.signal
    );
  }

  private _stop(): void {
    this._run?.abort();
    this._run = undefined;
    this._set('idle');
  }

  private async _follow(alive: () => void, signal: AbortSignal): Promise<boolean> {
    this._user = await this._source.greet(signal);
    // The number first, then what the stores fetch: a change between the two is told twice,
    // never missed.
    const last = await this._source.lastEvent(signal);
    if (signal.aborted) {
      return true;
    }
    alive();
    this._heard = Date.now() / 1000;
    this._set('live');
    this._opened.emit();
    for await (const event of this._source.events(last, signal)) {
      if (this._run?.signal !== signal) {
        return true;
      }
      this._heard = Date.now() / 1000;
      if (event) {
        this._event.emit(event);
      } else {
        this._changed.emit();
      }
    }
    return false;
  }

  private _set(connection: Connection, problem?: Problem): void {
    this._connection = connection;
    this._problem = problem;
    this._changed.emit();
  }

  private _connection: Connection = 'idle';
  private _problem: Problem | undefined;
  private _heard = 0;
  private _user = '';
  private _lookers = 0;
  private _run: AbortController | undefined;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _opened = new Signal<this, void>(this);
  private readonly _event = new Signal<this, ActivityEvent>(this);
}
