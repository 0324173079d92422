import { version } from '../../package.json';
import { Problem } from './problem';
import type { IEventSource } from '../store/stream';
import type { Requests } from './request';
import type {
  ActivityEvent,
  Explanation,
  Job,
  JobPage,
  JobState,
  LogChunk,
  Node,
  Queue
} from './types';

/** What the stores need to know about jobs. */
export interface IJobSource {
  jobs(query: IJobQuery, signal: AbortSignal): Promise<JobPage>;
  job(id: string, signal: AbortSignal): Promise<Job>;
}

export interface IJobQuery {
  name?: string;
  owner?: string;
  state?: JobState[];
  limit: number;
  cursor?: string | null;
}

/** What a log view needs to know. */
export interface ILogSource {
  /** The log as it grows; null is a sign of life. */
  follow(id: string, query: ILogQuery, signal: AbortSignal): AsyncIterable<LogChunk | null>;
}

export interface ILogQuery {
  offset?: number;
  tail?: number;
  rank?: number | null;
}

/** The kinds of records that a log shows; curves are drawn from the metrics. */
const SHOWN_KINDS: ('text' | 'event')[] = ['text', 'event'];

/** The version of a server that runs from a source tree. */
const UNINSTALLED = '0';

/** The scheduler's operations and its events, over HTTP. */
export class SchedulerApi implements IJobSource, ILogSource, IEventSource {
  constructor(private readonly _requests: Requests) {}

  async greet(signal: AbortSignal): Promise<string> {
    const health = await this._requests.call('get', '/ogai/health', { signal });
    if (health.version !== UNINSTALLED && release(health.version) !== release(version)) {
      throw new Problem({ code: 'server_old', detail: `${health.version} ≠ ${version}` });
    }
    return health.user;
  }

  jobs(query: IJobQuery, signal: AbortSignal): Promise<JobPage> {
    return this._requests.call('get', '/ogai/scheduler/jobs', { query, signal });
  }

  job(id: string, signal: AbortSignal): Promise<Job> {
    return this._requests.call('get', '/ogai/scheduler/jobs/{job_id}', {
      path: { job_id: id },
      signal
    });
  }

  cancel(id: string): Promise<Job> {
    return this._requests.call('post', '/ogai/scheduler/jobs/{job_id}/cancel', {
      path: { job_id: id },
      body: {}
    });
  }

  async delete(id: string): Promise<void> {
    await this._requests.call('delete', '/ogai/scheduler/jobs/{job_id}', { path: { job_id: id } });
  }

  explain(id: string): Promise<Explanation> {
    return this._requests.call('get', '/ogai/scheduler/jobs/{job_id}/explain', {
      path: { job_id: id }
    });
  }

  follow(id: string, query: ILogQuery, signal: AbortSignal): AsyncIterable<LogChunk | null> {
    return this._requests.stream('/ogai/scheduler/jobs/{job_id}/logs/follow', {
      path: { job_id: id },
      query: { ...query, kind: SHOWN_KINDS },
      signal
    });
  }

  nodes(signal?: AbortSignal): Promise<Node[]> {
    return this._requests.call('get', '/ogai/scheduler/nodes', { ...(signal && { signal }) });
  }

  queues(signal?: AbortSignal): Promise<Queue[]> {
    return this._requests.call('get', '/ogai/scheduler/queues', { ...(signal && { signal }) });
  }

  lastEvent(signal: AbortSignal): Promise<number> {
    return this._requests.call('get', '/ogai/events/last', { signal });
  }

  events(after: number, signal: AbortSignal): AsyncIterable<ActivityEvent | null> {
    return this._requests.stream('/ogai/events/follow', { query: { after }, signal });
  }
}

/** The part of a version that both sides must share. */
function release(text: string): string {
  return text.split('.').slice(0, 2).join('.');
}
