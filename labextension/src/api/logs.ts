import type { Requests } from './request';
import type { components } from './schema';
import type { LogChunk } from './types';

type Schemas = components['schemas'];

export type Level = 'error' | 'warning' | 'info' | 'debug' | 'other';
export type Stream = 'stdout' | 'stderr';
export type LogMatches = Schemas['LogMatches'];
export type LogPlace = Schemas['LogPlace'];

/** Which lines are wanted; null and an empty list stand for all. */
export interface ILogFilter {
  readonly rank: number | null;
  readonly stream: Stream | null;
  readonly level: readonly Level[];
}

/** What is looked for in a log. */
export interface ILogQuery {
  readonly text: string;
  /** Whether the text is a pattern (of RE2, on the server). */
  readonly pattern: boolean;
  /** Whether capitals count. */
  readonly case: boolean;
}

/** What a view of a log needs of the server. Places are byte offsets in the job's records. */
export interface ILogs {
  /** The log as it grows, from its last lines or an offset on; null is a sign of life. */
  follow(
    from: { tail: number } | { offset: number },
    filter: ILogFilter,
    signal: AbortSignal
  ): AsyncIterable<LogChunk | null>;
  /** The lines before an offset. */
  before(offset: number, limit: number, filter: ILogFilter, signal: AbortSignal): Promise<LogChunk>;
  /** The lines from an offset on. */
  after(offset: number, limit: number, filter: ILogFilter, signal: AbortSignal): Promise<LogChunk>;
  /** Everything that is found between two offsets, part by part. */
  search(
    query: ILogQuery,
    filter: ILogFilter,
    range: ISearchRange,
    signal: AbortSignal
  ): AsyncIterable<LogMatches | null>;
}

/** Where to search, and how many lines to give with their text. */
export interface ISearchRange {
  offset: number;
  until?: number;
  limit: number;
}

/** The kinds of records that a log shows; curves are drawn from the metrics. */
const SHOWN_KINDS: ('text' | 'event')[] = ['text', 'event'];

/** The log of one job, over HTTP. */
export class LogsApi implements ILogs {
  constructor(
    private readonly _requests: Requests,
    private readonly _id: string
  ) {}

  follow(
    from: { tail: number } | { offset: number },
    filter: ILogFilter,
    signal: AbortSignal
  ): AsyncIterable<LogChunk | null> {
    return this._requests.stream('/ogai/scheduler/jobs/{job_id}/logs/follow', {
      path: this._path,
      query: { ...from, ...wanted(filter), ...shown(filter) },
      signal
    });
  }

  before(
    offset: number,
    limit: number,
    filter: ILogFilter,
    signal: AbortSignal
  ): Promise<LogChunk> {
    return this._part({ before: offset, limit }, filter, signal);
  }

  after(offset: number, limit: number, filter: ILogFilter, signal: AbortSignal): Promise<LogChunk> {
    return this._part({ offset, limit }, filter, signal);
  }

  search(
    query: ILogQuery,
    filter: ILogFilter,
    range: ISearchRange,
    signal: AbortSignal
  ): AsyncIterable<LogMatches | null> {
    const { text, pattern } = query;
    return this._requests.stream('/ogai/scheduler/jobs/{job_id}/logs/search', {
      path: this._path,
      query: { query: text, pattern, case: query.case, ...wanted(filter), ...range },
      signal
    });
  }

  /** Where the record begins that an offset lies in. */
  place(offset: number, signal: AbortSignal): Promise<LogPlace> {
    return this._requests.call('get', '/ogai/scheduler/jobs/{job_id}/logs/place', {
      path: this._path,
      query: { offset },
      signal
    });
  }

  /** All lines as plain text, in pieces. */
  text(
    filter: ILogFilter,
    options: { times: boolean; ranks: boolean },
    signal: AbortSignal
  ): AsyncIterable<string | null> {
    return this._requests.stream('/ogai/scheduler/jobs/{job_id}/logs/text', {
      path: this._path,
      query: { ...wanted(filter), ...options },
      signal
    });
  }

  private _part(
    where: { before: number; limit: number } | { offset: number; limit: number },
    filter: ILogFilter,
    signal: AbortSignal
  ): Promise<LogChunk> {
    return this._requests.call('get', '/ogai/scheduler/jobs/{job_id}/logs', {
      path: this._path,
      query: { ...where, ...wanted(filter), ...shown(filter) },
      signal
    });
  }

  private get _path(): { job_id: string } {
    return { job_id: this._id };
  }
}

function wanted({ rank, stream, level }: ILogFilter): {
  rank: number | null;
  stream: Stream | null;
  level: Level[];
} {
  return { rank, stream, level: [...level] };
}

/** What happened to the job stands between its lines, where nothing but a rank is asked for. */
function shown({ stream, level }: ILogFilter): { kind: ('text' | 'event')[] } {
  return { kind: stream || level.length > 0 ? ['text'] : SHOWN_KINDS };
}
