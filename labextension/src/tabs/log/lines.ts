import type { LogRecord } from '../../api/types';
import type { Words } from '../../words';
import { PLAIN, readAnsi, type ISpan, type IStyle } from '../../ansi';

/** One line as it is shown. */
export interface ILine {
  text: string;
  spans: readonly ISpan[];
  /** The rank that said it; -1 for what happened to the job as a whole. */
  rank: number;
  /** Whether the line tells an event and is not a program's own. */
  event: boolean;
}

/** Turns records into lines; remembers the colours that each rank left on. */
export class LineReader {
  constructor(private readonly _words: Words) {}

  read(records: readonly LogRecord[]): ILine[] {
    return records.flatMap(record => {
      if (record.kind === 'text') {
        return this._text(record);
      }
      const text = record.kind === 'event' ? this._words.event(record) : '';
      return text ? { text, spans: [], rank: record.rank, event: true } : [];
    });
  }

  private _text(record: LogRecord): ILine {
    const source = `${record.rank} ${record.stream}`;
    const { text, spans, style } = readAnsi(record.text ?? '', this._styles.get(source));
    if (style === PLAIN) {
      this._styles.delete(source);
    } else {
      this._styles.set(source, style);
    }
    return { text, spans, rank: record.rank, event: false };
  }

  private readonly _styles = new Map<string, IStyle>();
}
