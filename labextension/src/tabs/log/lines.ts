import { PLAIN, readAnsi, type ISpan, type IStyle } from '../../ansi';
import type { Level } from '../../api/logs';
import type { LogRecord } from '../../api/types';
import type { Words } from '../../words';

/** Characters of a line that are shown; what is longer is data, and slow to lay out. */
const MOST_CHARACTERS = 10_000;

/** One line as it is shown. */
export interface ILine {
  readonly text: string;
  readonly spans: readonly ISpan[];
  /** Where its record begins in the log. */
  readonly offset: number;
  /** When it was said, in Unix seconds. */
  readonly time: number;
  /** The rank that said it; -1 for what happened to the job as a whole. */
  readonly rank: number;
  readonly level: Level;
  /** Whether the line tells an event and is not a program's own. */
  readonly event: boolean;
}

const NO_SPANS: readonly ISpan[] = [];

/** Turns records into lines; remembers the colours that each rank left on. */
export class LineReader {
  constructor(private readonly _words: Words) {}

  read(records: readonly LogRecord[]): ILine[] {
    const lines: ILine[] = [];
    for (const record of records) {
      if (record.kind === 'text') {
        lines.push(this._text(record));
      } else if (record.kind === 'event') {
        const text = this._words.event(record);
        if (text) {
          lines.push(lineOf(record, text, NO_SPANS));
        }
      }
    }
    return lines;
  }

  private _text(record: LogRecord): ILine {
    const source = `${record.rank} ${record.stream}`;
    const { text, spans, style } = readAnsi(record.text ?? '', this._styles.get(source));
    if (style === PLAIN) {
      this._styles.delete(source);
    } else {
      this._styles.set(source, style);
    }
    if (text.length <= MOST_CHARACTERS) {
      return lineOf(record, text, spans.length > 0 ? spans : NO_SPANS);
    }
    const cut = this._words.trans.__(
      '… %1 more characters; download the log to see all',
      this._words.number(text.length - MOST_CHARACTERS)
    );
    return lineOf(
      record,
      text.slice(0, MOST_CHARACTERS) + cut,
      spans.filter(span => span.to <= MOST_CHARACTERS)
    );
  }

  private readonly _styles = new Map<string, IStyle>();
}

function lineOf(record: LogRecord, text: string, spans: readonly ISpan[]): ILine {
  return {
    text: text.replaceAll('\n', '␊'), // a line of ours is one line there
    spans,
    offset: record.offset ?? 0,
    time: record.time,
    rank: record.rank,
    level: record.level ?? 'other',
    event: record.kind === 'event'
  };
}

/** Return the index of the first line at or after a place in the log. */
export function lineAt(lines: readonly ILine[], offset: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.offset < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
