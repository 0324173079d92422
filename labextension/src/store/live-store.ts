import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Problem } from '../api/problem';
import type { ActivityEvent } from '../api/types';
import { persist, sleep } from './persist';
import type { ILive } from './stream';
import type { Connection } from './types';

/**
 * What the server has, kept while somebody looks: fetched whenever the one event stream opens,
 * then changed by its events. Without a `look()` it makes no request.
 */
export abstract class LiveStore implements IDisposable {
  /**
   * @param live - the one event stream.
   * @param pulse - milliseconds between two looks at what no event tells; none for no such look.
   */
  constructor(
    protected readonly live: ILive,
    private readonly _pulse?: number
  ) {}

  get connection(): Connection {
    if (!this._run) {
      return 'idle';
    }
    if (this.problem) {
      return 'lost';
    }
    return this._fresh ? this.live.connection : 'connecting';
  }

  get problem(): Problem | undefined {
    return this._run && (this.live.problem ?? this._problem);
  }

  get heard(): number {
    return this._heard;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
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
    if (!this._run) {
      return;
    }
    if (this.live.connection === 'live') {
      this._open();
    } else {
      this.live.retry();
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

  /** Fetch everything anew. */
  protected abstract load(signal: AbortSignal): Promise<void>;

  /** Take in an event; also called while `load` is under way. */
  protected abstract take(event: ActivityEvent): void;

  /** A load has ended well: take in what came meanwhile. */
  protected settled?(): void;

  /** Look at what no event tells. */
  protected beat?(signal: AbortSignal): Promise<void>;

  /** Whether everything was fetched since the stream opened, and nothing is fetched anew now. */
  protected get steady(): boolean {
    return this._fresh && !this._loading;
  }

  /** Aborts when nobody looks any more; undefined already then. */
  protected get signal(): AbortSignal | undefined {
    return this._run?.signal;
  }

  /** Fetch everything anew, again and again until it succeeds. */
  protected heal(): void {
    if (this._run && this.live.connection === 'live') {
      this._heal();
    }
  }

  protected tell(): void {
    this._changed.emit();
  }

  private _start(): void {
    if (this._isDisposed) {
      return;
    }
    this._run = new AbortController();
    this.live.opened.connect(this._open, this);
    this.live.event.connect(this._onEvent, this);
    this.live.changed.connect(this._onLive, this);
    this._hold = this.live.look();
    if (this.live.connection === 'live') {
      this._open();
    } else {
      this.tell();
    }
    if (this._pulse !== undefined) {
      void this._beats(this._pulse, this._run.signal);
    }
  }

  private _stop(): void {
    if (!this._run) {
      return;
    }
    this.live.opened.disconnect(this._open, this);
    this.live.event.disconnect(this._onEvent, this);
    this.live.changed.disconnect(this._onLive, this);
    this._run.abort();
    this._healing?.abort();
    this._run = this._healing = undefined;
    this._fresh = this._loading = false;
    this._problem = undefined;
    this._hold?.dispose();
    this._hold = undefined;
  }

  private _open(): void {
    this._fresh = false;
    this._heal();
    this.tell();
  }

  private _heal(): void {
    this._healing?.abort();
    const healing = new AbortController();
    const { signal } = healing;
    this._healing = healing;
    this._loading = true;
    void persist(
      async () => {
        await this.load(signal);
        if (!signal.aborted) {
          this._fresh = true;
          this._loading = false;
          this._problem = undefined;
          this._heard = Date.now() / 1000;
          this.tell();
          this.settled?.();
        }
        return true;
      },
      problem => {
        if (!signal.aborted) {
          this._problem = problem;
          this.tell();
        }
      },
      signal
    );
  }

  private _onEvent(_: ILive, event: ActivityEvent): void {
    this._hear();
    this.take(event);
  }

  private _onLive(): void {
    if (this.live.connection === 'live') {
      this._hear();
    } else {
      this._fresh = false;
      this._healing?.abort();
    }
    this.tell();
  }

  private _hear(): void {
    if (this._fresh) {
      this._heard = this.live.heard;
    }
  }

  private async _beats(pulse: number, signal: AbortSignal): Promise<void> {
    await sleep(pulse, signal);
    while (!signal.aborted) {
      if (this.connection === 'live' && !windowHidden()) {
        // The event stream notices a lost server and reports it; a missed beat is nothing.
        await this.beat?.(signal).catch(() => undefined);
      }
      await sleep(pulse, signal);
    }
  }

  private _fresh = false;
  private _loading = false;
  private _problem: Problem | undefined;
  private _heard = 0;
  private _lookers = 0;
  private _run: AbortController | undefined;
  private _healing: AbortController | undefined;
  private _hold: IDisposable | undefined;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}

function windowHidden(): boolean {
  return typeof document !== 'undefined' && document.hidden;
}
