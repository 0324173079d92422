import type { ILogFilter, ILogs } from '../../api/logs';
import type { LogChunk } from '../../api/types';

/** Calls in a row that may find nothing before one is told where the search has got to. */
const MOST_CALLS = 50;

/** The parts of a log on the server. One call looks only so far for lines that are wanted. */
export class LogPages {
  constructor(
    private readonly _logs: ILogs,
    private readonly _filter: () => ILogFilter,
    private readonly _size: () => number
  ) {}

  /** Ask for lines before an offset. */
  async before(offset: number, limit: number, signal: AbortSignal): Promise<LogChunk> {
    let chunk = await this._logs.before(offset, limit, this._filter(), signal);
    for (let calls = 1; chunk.records.length < limit && chunk.start > 0; calls++) {
      if (calls > MOST_CALLS) {
        break;
      }
      const rest = limit - chunk.records.length;
      const more = await this._logs.before(chunk.start, rest, this._filter(), signal);
      chunk = { ...more, records: [...more.records, ...chunk.records], offset: chunk.offset };
    }
    signal.throwIfAborted();
    return chunk;
  }

  /** Ask for lines from an offset on. */
  async after(offset: number, limit: number, signal: AbortSignal): Promise<LogChunk> {
    let chunk = await this._logs.after(offset, limit, this._filter(), signal);
    for (let calls = 1; chunk.records.length < limit; calls++) {
      const last = chunk.offset;
      if (calls > MOST_CALLS || last >= this._size()) {
        break;
      }
      const rest = limit - chunk.records.length;
      const more = await this._logs.after(last, rest, this._filter(), signal);
      if (more.offset === last) {
        break;
      }
      chunk = { ...more, records: [...chunk.records, ...more.records], start: chunk.start };
    }
    signal.throwIfAborted();
    return chunk;
  }
}
