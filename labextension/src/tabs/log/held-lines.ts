import type { LogChunk, LogRecord } from '../../api/types';
import type { ILine, LineReader } from './lines';

/** Lines held where nothing else is said; those that went come again when they are needed. */
const MOST_LINES = 60_000;

/** What turns records into lines, and knows the colours that the lines before left on. */
export type ILineReader = Pick<LineReader, 'read'>;

/** How the held lines have changed: first some went at the ends, then some came. */
export interface IChange {
  /** Whether these are other lines altogether; all that were held are gone. */
  readonly reset: boolean;
  readonly dropStart: number;
  readonly dropEnd: number;
  readonly start: readonly ILine[];
  readonly end: readonly ILine[];
}

/** The lines of one stretch of a log; past so many of them those far from the reader go. */
export class HeldLines {
  constructor(
    private readonly _newReader: () => ILineReader,
    private readonly _most = MOST_LINES
  ) {
    this._reader = _newReader();
  }

  /** They are all wanted ones from this offset… */
  low: number | undefined;
  /** … to this. */
  high: number | undefined;

  get lines(): readonly ILine[] {
    return this._lines;
  }

  /** Whether so many more need no others to go. */
  hasRoom(count: number): boolean {
    return this._lines.length + count <= this._most;
  }

  replace(records: readonly LogRecord[]): IChange {
    this._reader = this._newReader();
    this._lines = this._reader.read(records);
    return { reset: true, dropStart: 0, dropEnd: 0, start: [], end: this._lines };
  }

  /** Add what lies right before them. */
  prepend(chunk: LogChunk): IChange {
    const start = this._newReader().read(chunk.records);
    this.low = chunk.start;
    const all = [...start, ...this._lines];
    const dropEnd = Math.max(0, all.length - this._most);
    if (dropEnd > 0) {
      this.high = all[all.length - dropEnd]!.offset;
    }
    this._lines = dropEnd > 0 ? all.slice(0, -dropEnd) : all;
    return { reset: false, dropStart: 0, dropEnd, start, end: [] };
  }

  /** Add what lies right behind them; with `mayDrop`, those at the start make room. */
  append(records: readonly LogRecord[], mayDrop: boolean): IChange {
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
      this.low = kept[0]?.offset ?? this.low;
    }
    return { reset: false, dropStart, dropEnd: 0, start: [], end };
  }

  private _reader: ILineReader;
  private _lines: ILine[] = [];
}
