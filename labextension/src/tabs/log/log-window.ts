import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { ILogFilter, ILogs } from '../../api/logs';
import type { Problem } from '../../api/problem';
import type { LogChunk, LogRecord } from '../../api/types';
import type { Connection } from '../../store/types';
import { HeldLines, type IChange, type ILineReader } from './held-lines';
import type { ILine } from './lines';
import { Loading } from './loading';
import { LogPages } from './log-pages';
import { LogStream } from './log-stream';

/** Lines that are asked for at once. */
const PAGE = 1_000;
export const EVERYTHING: ILogFilter = { rank: null, stream: null, level: [] };

/**
 * A stretch of a job's log that lies in the browser: its end, as it grows, or any other part.
 *
 * The stretch is all wanted lines between two byte offsets, so it is extended at either end, left
 * and found again without a line missed or doubled, also over a restart of the server. `pause()`
 * closes the connection, `resume()` goes on from the same offset.
 */
export class LogWindow implements IDisposable {
  constructor(
    logs: ILogs,
    newReader: () => ILineReader,
    private readonly _options: LogWindow.IOptions = {}
  ) {
    this._page = _options.page ?? PAGE;
    const filter = () => this._filter;
    this._pages = new LogPages(logs, filter, () => this.size);
    this._held = new HeldLines(newReader, _options.most);
    this._stream = new LogStream(logs, this._page, {
      filter,
      take: chunk => this._take(chunk),
      over: () => this._flush(),
      changed: () => this._stateChanged.emit()
    });
  }

  /** The lines that are held, in order. */
  get lines(): readonly ILine[] {
    return this._held.lines;
  }

  /** The lines have changed, just now. */
  get changed(): ISignal<this, IChange> {
    return this._changed;
  }

  /** Something else has changed. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  get connection(): Connection {
    return this._stream.connection;
  }

  /** What broke the connection or kept a part from coming. */
  get problem(): Problem | undefined {
    return this._stream.problem ?? this._loading.problem;
  }

  /** Whether the job is over and every record has come. */
  get ended(): boolean {
    return this._stream.ended;
  }

  /** Whether a first part is there, be it empty. */
  get ready(): boolean {
    return this._held.high !== undefined;
  }

  /** Whether the held lines reach to the end of the log and grow with it. */
  get atEnd(): boolean {
    return this._held.high !== undefined && this._held.high === this._stream.end;
  }

  /** How long the log is, in bytes, as far as it was heard of. */
  get size(): number {
    return Math.max(this._stream.end ?? 0, this._held.high ?? 0);
  }

  /** Lines that came since the reader stopped following the end. */
  get unseen(): number {
    return this._unseen;
  }

  get filter(): ILogFilter {
    return this._filter;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Whether the reader is at the end: then what comes may push out what is far from it. */
  get following(): boolean {
    return this._following;
  }

  set following(value: boolean) {
    if (value !== this._following) {
      this._following = value;
      this._unseen = value ? 0 : this._unseen;
      this._stateChanged.emit();
    }
  }

  /** Want other lines; the part of the log around `offset`, else its end, comes anew. */
  async show(filter: ILogFilter, offset?: number): Promise<void> {
    this._filter = filter;
    if (offset === undefined || this._stream.end === undefined) {
      this.toEnd();
      return;
    }
    this._unseen = 0;
    this._stop(); // what is under way has the old filter
    await this.jump(offset, true);
    this._stream.go();
  }

  /** Hold the end of the log, and what comes. */
  toEnd(): void {
    this._stop();
    this._stream.end = undefined;
    this._held.low = this._held.high = undefined;
    this._following = true;
    this._unseen = 0;
    this._replace([]);
    this._stream.go();
  }

  /** Make sure that the line at or after an offset is held, where there is one. */
  async jump(offset: number, anew = false): Promise<void> {
    const { low, high } = this._held;
    if (!anew && low !== undefined && high !== undefined && offset >= low && offset < high) {
      return;
    }
    this._following = false;
    await this._loading.load(async signal => {
      const [before, after] = await Promise.all([
        offset > 0 ? this._pages.before(offset, Math.ceil(this._page / 2), signal) : undefined,
        this._pages.after(offset, this._page, signal)
      ]);
      this._held.low = before?.start ?? 0;
      this._reached(after.offset);
      this._replace([...(before?.records ?? []), ...after.records]);
    });
  }

  /** Load what lies before the held lines. */
  async earlier(): Promise<void> {
    const low = this._held.low;
    if (!low || this._loading.busy) {
      return;
    }
    await this._loading.load(async signal => {
      const chunk = await this._pages.before(low, this._page, signal);
      const change = this._held.prepend(chunk);
      if (change.dropEnd > 0) {
        this._inbox = [];
      }
      this._changed.emit(change);
    });
  }

  /** Load what lies behind the held lines. */
  async later(): Promise<void> {
    const high = this._held.high;
    if (high === undefined || this.atEnd || this._loading.busy) {
      return;
    }
    await this._loading.load(async signal => {
      const chunk = await this._pages.after(high, this._page, signal);
      this._reached(chunk.offset);
      this._tell(this._held.append(chunk.records, true));
    });
  }

  resume(): void {
    if (!this._isDisposed) {
      this._stream.wanted = true;
      this._stream.go();
    }
  }

  pause(): void {
    this._stop();
    this._stream.wanted = false;
  }

  /** Connect again now. */
  retry(): void {
    this._loading.problem = undefined;
    this._stop();
    this._stream.go();
    this._stateChanged.emit();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.pause();
    this._isDisposed = true;
    this._held.replace([]);
    Signal.clearData(this);
  }

  private _reached(offset: number): void {
    this._held.high = offset;
    const { end } = this._stream;
    if (end !== undefined && end < offset) {
      this._stream.end = offset; // the stream brings these lines once more: `_take` leaves them out
    }
  }

  private _stop(): void {
    this._flush();
    this._stream.stop();
    this._loading.stop();
  }

  private _take(chunk: LogChunk): void {
    const grows = this._held.high === undefined || this.atEnd;
    const from = this._held.high ?? 0;
    const fresh = chunk.records.filter(record => (record.offset ?? 0) >= from);
    this._stream.end = Math.max(this._stream.end ?? 0, chunk.offset);
    this._held.low ??= chunk.start;
    if (!grows) {
      this._unseen += fresh.length;
      this._stateChanged.emit();
      return;
    }
    this._held.high = this._stream.end;
    this._inbox.push(...fresh);
    if (!this._scheduled) {
      this._scheduled = true;
      (this._options.frame ?? requestAnimationFrame)(() => this._flush());
    }
  }

  /** Show what has come since the last frame. */
  private _flush(): void {
    this._scheduled = false;
    if (this._inbox.length === 0 || this._isDisposed) {
      return;
    }
    const records = this._inbox;
    this._inbox = [];
    if (!this._following) {
      this._unseen += records.length;
      if (!this._held.hasRoom(records.length)) {
        this._held.high = records[0]!.offset ?? this._held.high; // the reader is elsewhere: not held
        this._stateChanged.emit();
        return;
      }
    }
    this._tell(this._held.append(records, this._following));
  }

  private _replace(records: readonly LogRecord[]): void {
    this._inbox = [];
    this._tell(this._held.replace(records));
  }

  private _tell(change: IChange): void {
    this._changed.emit(change);
    this._stateChanged.emit();
  }

  private readonly _page: number;
  private readonly _pages: LogPages;
  private readonly _stream: LogStream;
  private readonly _held: HeldLines;
  private readonly _loading = new Loading(() => this._stateChanged.emit());
  private _filter: ILogFilter = EVERYTHING;
  private _following = true;
  private _unseen = 0;
  private _inbox: LogRecord[] = [];
  private _scheduled = false;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, IChange>(this);
  private readonly _stateChanged = new Signal<this, void>(this);
}

export namespace LogWindow {
  export interface IOptions {
    /** How many lines are asked for at once. */
    page?: number;
    /** How many lines are held at most; several pages. */
    most?: number;
    /** Runs what shows new lines, at a good moment. */
    frame?: (run: () => void) => void;
  }
}
