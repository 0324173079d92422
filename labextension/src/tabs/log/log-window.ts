import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { ILogFilter, ILogs } from '../../api/logs';
import { Problem } from '../../api/problem';
import type { LogChunk, LogRecord } from '../../api/types';
import { persist } from '../../store/persist';
import type { Connection } from '../../store/types';
import type { ILine, LineReader } from './lines';

/** Lines that are asked for at once. */
const PAGE = 1_000;
/** Lines held; past them those far from the reader go, and come again when they are needed. */
const MOST_LINES = 60_000;
/** Calls in a row that may find nothing before one is told where the search has got to. */
const MOST_CALLS = 50;

/** What turns records into lines, and knows the colours that the lines before left on. */
export type ILineReader = Pick<LineReader, 'read'>;

export const EVERYTHING: ILogFilter = { rank: null, stream: null, level: [] };

/** How the held lines have changed: first some went at the ends, then some came. */
export interface IChange {
  /** Whether these are other lines altogether; all that were held are gone. */
  readonly reset: boolean;
  readonly dropStart: number;
  readonly dropEnd: number;
  readonly start: readonly ILine[];
  readonly end: readonly ILine[];
}

/**
 * A stretch of a job's log that lies in the browser: its end, as it grows, or any other part.
 *
 * The stretch is all wanted lines between two byte offsets, so it is extended at either end, left
 * and found again without a line missed or doubled, also over a restart of the server. `pause()`
 * closes the connection, `resume()` goes on from the same offset.
 */
export class LogWindow implements IDisposable {
  constructor(
    private readonly _logs: ILogs,
    private readonly _newReader: () => ILineReader,
    private readonly _options: LogWindow.IOptions = {}
  ) {
    this._reader = _newReader();
  }

  /** The lines that are held, in order. */
  get lines(): readonly ILine[] {
    return this._lines;
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
    return this._connection;
  }

  /** What broke the connection or kept a part from coming. */
  get problem(): Problem | undefined {
    return this._problem ?? this._failure;
  }

  /** Whether the job is over and every record has come. */
  get ended(): boolean {
    return this._ended;
  }

  /** Whether a first part is there, be it empty. */
  get ready(): boolean {
    return this._high !== undefined;
  }

  /** Whether nothing wanted lies before the held lines. */
  get atStart(): boolean {
    return this._low === 0;
  }

  /** Whether the held lines reach to the end of the log and grow with it. */
  get atEnd(): boolean {
    return this._high !== undefined && this._high === this._end;
  }

  /** How long the log is, in bytes, as far as it was heard of. */
  get size(): number {
    return Math.max(this._end ?? 0, this._high ?? 0);
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
    if (offset === undefined || this._end === undefined) {
      this.toEnd();
      return;
    }
    this._unseen = 0;
    this._stop(); // what is under way has the old filter
    await this.jump(offset, true);
    this._continue();
  }

  /** Hold the end of the log, and what comes. */
  toEnd(): void {
    this._stop();
    this._end = undefined;
    this._low = this._high = undefined;
    this._following = true;
    this._unseen = 0;
    this._replace([]);
    this._continue();
  }

  /** Make sure that the line at or after an offset is held, where there is one. */
  async jump(offset: number, anew = false): Promise<void> {
    const { _low: low, _high: high } = this;
    if (!anew && low !== undefined && high !== undefined && offset >= low && offset < high) {
      return;
    }
    this._following = false;
    await this._load(async signal => {
      const [before, after] = await Promise.all([
        offset > 0 ? this._before(offset, Math.ceil(this._page / 2), signal) : undefined,
        this._after(offset, this._page, signal)
      ]);
      this._low = before?.start ?? 0;
      this._reached(after.offset);
      this._replace([...(before?.records ?? []), ...after.records]);
    });
  }

  /** Load what lies before the held lines. */
  async earlier(): Promise<void> {
    const low = this._low;
    if (!low || this._loading) {
      return;
    }
    await this._load(async signal => {
      const chunk = await this._before(low, this._page, signal);
      const start = this._newReader().read(chunk.records);
      this._low = chunk.start;
      const all = [...start, ...this._lines];
      const dropEnd = Math.max(0, all.length - this._most);
      if (dropEnd > 0) {
        this._high = all[all.length - dropEnd]!.offset;
        this._inbox = [];
      }
      this._lines = dropEnd > 0 ? all.slice(0, -dropEnd) : all;
      this._changed.emit({ reset: false, dropStart: 0, dropEnd, start, end: [] });
    });
  }

  /** Load what lies behind the held lines. */
  async later(): Promise<void> {
    const high = this._high;
    if (high === undefined || this.atEnd || this._loading) {
      return;
    }
    await this._load(async signal => {
      const chunk = await this._after(high, this._page, signal);
      this._reached(chunk.offset);
      this._add(chunk.records, true);
    });
  }

  resume(): void {
    if (!this._isDisposed) {
      this._wanted = true;
      this._continue();
    }
  }

  pause(): void {
    this._wanted = false;
    this._stop();
    this._set('idle');
  }

  /** Connect again now. */
  retry(): void {
    this._failure = undefined;
    this._stop();
    this._continue();
    this._stateChanged.emit();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.pause();
    this._isDisposed = true;
    this._lines = [];
    Signal.clearData(this);
  }

  private _reached(offset: number): void {
    this._high = offset;
    if (this._end !== undefined && this._end < offset) {
      this._end = offset; // the stream brings these lines once more: `_take` leaves them out
    }
  }

  private _continue(): void {
    const needless = this._ended && this._end !== undefined;
    if (!this._wanted || this._run || needless) {
      return;
    }
    this._ended = false;
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
    this._flush();
    this._run?.abort();
    this._run = undefined;
    this._loading?.abort();
    this._loading = undefined;
  }

  private async _follow(alive: () => void, signal: AbortSignal): Promise<boolean> {
    const from = this._end === undefined ? { tail: this._page } : { offset: this._end };
    for await (const chunk of this._logs.follow(from, this._filter, signal)) {
      if (signal.aborted) {
        return true;
      }
      alive();
      if (!chunk) {
        continue;
      }
      this._take(chunk);
      this._set('live');
      if (chunk.ended) {
        this._flush();
        this._ended = true;
        this._run = undefined;
        this._set('idle');
        this._stateChanged.emit();
        return true;
      }
    }
    return false;
  }

  private _take(chunk: LogChunk): void {
    const grows = this._high === undefined || this.atEnd;
    const from = this._high ?? 0;
    const fresh = chunk.records.filter(record => (record.offset ?? 0) >= from);
    this._end = Math.max(this._end ?? 0, chunk.offset);
    this._low ??= chunk.start;
    if (!grows) {
      this._unseen += fresh.length;
      this._stateChanged.emit();
      return;
    }
    this._high = this._end;
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
      if (this._lines.length + records.length > this._most) {
        this._high = records[0]!.offset ?? this._high; // the reader is elsewhere: not held
        this._stateChanged.emit();
        return;
      }
    }
    this._add(records, this._following);
  }

  private _add(records: readonly LogRecord[], mayDrop: boolean): void {
    const end = this._reader.read(records);
    const over = this._lines.length + end.length - this._most;
    // A tenth at a time: taking lines from the start costs the same for one as for thousands.
    const dropStart =
      mayDrop && over > 0 ? Math.min(this._lines.length, over + Math.ceil(this._most / 10)) : 0;
    const kept = dropStart > 0 ? this._lines.slice(dropStart) : this._lines;
    for (const line of end) {
      kept.push(line);
    }
    this._lines = kept;
    if (dropStart > 0) {
      this._low = kept[0]?.offset ?? this._low;
    }
    this._changed.emit({ reset: false, dropStart, dropEnd: 0, start: [], end });
    this._stateChanged.emit();
  }

  private _replace(records: readonly LogRecord[]): void {
    this._reader = this._newReader();
    this._inbox = [];
    this._lines = this._reader.read(records);
    this._changed.emit({ reset: true, dropStart: 0, dropEnd: 0, start: [], end: this._lines });
    this._stateChanged.emit();
  }

  /** Do one thing that loads a part; a later one takes its place. */
  private async _load(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this._loading?.abort();
    const loading = (this._loading = new AbortController());
    try {
      await work(loading.signal);
      this._failure = undefined;
    } catch (error) {
      if (!loading.signal.aborted) {
        this._failure = Problem.from(error);
      }
    } finally {
      if (this._loading === loading) {
        this._loading = undefined;
        this._stateChanged.emit();
      }
    }
  }

  /** Ask for a page before an offset; one call looks only so far for lines that are wanted. */
  private async _before(offset: number, limit: number, signal: AbortSignal): Promise<LogChunk> {
    let chunk = await this._logs.before(offset, limit, this._filter, signal);
    for (let calls = 1; chunk.records.length < limit && chunk.start > 0; calls++) {
      if (calls > MOST_CALLS) {
        break;
      }
      const rest = limit - chunk.records.length;
      const more = await this._logs.before(chunk.start, rest, this._filter, signal);
      chunk = { ...more, records: [...more.records, ...chunk.records], offset: chunk.offset };
    }
    signal.throwIfAborted();
    return chunk;
  }

  private async _after(offset: number, limit: number, signal: AbortSignal): Promise<LogChunk> {
    let chunk = await this._logs.after(offset, limit, this._filter, signal);
    for (let calls = 1; chunk.records.length < limit; calls++) {
      const last = chunk.offset;
      if (calls > MOST_CALLS || last >= this.size) {
        break;
      }
      const rest = limit - chunk.records.length;
      const more = await this._logs.after(last, rest, this._filter, signal);
      if (more.offset === last) {
        break;
      }
      chunk = { ...more, records: [...chunk.records, ...more.records], start: chunk.start };
    }
    signal.throwIfAborted();
    return chunk;
  }

  private _set(connection: Connection, problem?: Problem): void {
    if (connection !== this._connection || problem !== this._problem) {
      this._connection = connection;
      this._problem = problem;
      this._stateChanged.emit();
    }
  }

  private get _page(): number {
    return this._options.page ?? PAGE;
  }

  private get _most(): number {
    return this._options.most ?? MOST_LINES;
  }

  private _reader: ILineReader;
  private _lines: ILine[] = [];
  private _filter: ILogFilter = EVERYTHING;
  private _following = true;
  private _unseen = 0;
  /** The held lines are all wanted ones from here… */
  private _low: number | undefined;
  /** … to here. */
  private _high: number | undefined;
  /** To here the stream has brought us. */
  private _end: number | undefined;
  private _ended = false;
  private _wanted = false;
  private _inbox: LogRecord[] = [];
  private _scheduled = false;
  private _connection: Connection = 'idle';
  private _problem: Problem | undefined;
  private _failure: Problem | undefined;
  private _run: AbortController | undefined;
  private _loading: AbortController | undefined;
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
