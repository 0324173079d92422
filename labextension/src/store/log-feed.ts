import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Problem } from '../api/problem';
import type { ILogSource } from '../api/scheduler';
import type { LogRecord } from '../api/types';
import type { Connection } from './types';
import { persist } from './persist';

/** How many lines come first; each wish for earlier ones multiplies it by ten. */
const FIRST_TAIL = 2_000;
const MORE = 10;

/**
 * The log of one job: its tail first, then what follows, from where it stopped.
 *
 * `pause()` closes the connection, `resume()` goes on from the same offset: nothing is missed and
 * nothing comes twice.
 */
export class LogFeed implements IDisposable {
  constructor(
    private readonly _source: ILogSource,
    private readonly _job: string
  ) {}

  /** New records, in order. */
  get received(): ISignal<this, readonly LogRecord[]> {
    return this._received;
  }

  /** What was received so far no longer counts: another rank, or an earlier start. */
  get restarted(): ISignal<this, void> {
    return this._restarted;
  }

  /** The connection has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get connection(): Connection {
    return this._connection;
  }

  get problem(): Problem | undefined {
    return this._problem;
  }

  /** Whether the job is over and every record has come. */
  get ended(): boolean {
    return this._ended;
  }

  /** Whether there may be lines before the first one received. */
  get truncated(): boolean {
    return this._count >= this._tail;
  }

  /** The rank whose lines are wanted; null for all. */
  get rank(): number | null {
    return this._rank;
  }

  set rank(value: number | null) {
    if (value !== this._rank) {
      this._rank = value;
      this._restart(FIRST_TAIL);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Begin again with ten times as many lines. */
  showEarlier(): void {
    this._restart(this._tail * MORE);
  }

  resume(): void {
    if (this._run || this._ended || this._isDisposed) {
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

  pause(): void {
    this._run?.abort();
    this._run = undefined;
    this._set('idle');
  }

  /** Connect again now. */
  retry(): void {
    this.pause();
    this.resume();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.pause();
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _restart(tail: number): void {
    const running = this._run !== undefined || this._ended;
    this.pause();
    this._tail = tail;
    this._offset = undefined;
    this._count = 0;
    this._ended = false;
    this._restarted.emit();
    if (running) {
      this.resume();
    }
  }

  private async _follow(alive: () => void, signal: AbortSignal): Promise<boolean> {
    const from = this._offset === undefined ? { tail: this._tail } : { offset: this._offset };
    const chunks = this._source.follow(this._job, { ...from, rank: this._rank }, signal);
    for await (const chunk of chunks) {
      if (signal.aborted) {
        return true;
      }
      alive();
      if (!chunk) {
        continue;
      }
      this._offset = chunk.offset;
      this._ended = chunk.ended;
      this._count += chunk.records.length;
      this._set('live');
      if (chunk.records.length > 0) {
        this._received.emit(chunk.records);
      }
      if (chunk.ended) {
        this._run = undefined;
        this._set('idle');
        return true;
      }
    }
    return false;
  }

  private _set(connection: Connection, problem?: Problem): void {
    if (connection !== this._connection || problem !== this._problem) {
      this._connection = connection;
      this._problem = problem;
      this._changed.emit();
    }
  }

  private _tail = FIRST_TAIL;
  private _rank: number | null = null;
  private _offset: number | undefined;
  private _count = 0;
  private _ended = false;
  private _connection: Connection = 'idle';
  private _problem: Problem | undefined;
  private _run: AbortController | undefined;
  private _isDisposed = false;
  private readonly _received = new Signal<this, readonly LogRecord[]>(this);
  private readonly _restarted = new Signal<this, void>(this);
  private readonly _changed = new Signal<this, void>(this);
}
