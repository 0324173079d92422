import type { ActivityEvent, JobState } from '../api/types';

/** What can happen to a job that its owner may want to be told. */
export type Occasion = 'started' | 'succeeded' | 'failed' | 'cancelled';

/** Something that happened to a job of the reader. */
export interface INews {
  id: string;
  name: string;
  occasion: Occasion;
  /** One sentence of the server, why. */
  reason: string;
}

/** When to tell that a job has started: always, only when it had to wait, or never. */
export type Starts = 'always' | 'waited' | 'never';

export interface IWishes {
  started: Starts;
  succeeded: boolean;
  failed: boolean;
  cancelled: boolean;
}

/** A job that starts within so many seconds has not waited. */
export const AT_ONCE = 20;

/** What was last heard of a job that is not over. */
interface IKnown {
  version: number;
  /** Since when it waits; undefined where that was before anybody listened. */
  queued: number | undefined;
  running: boolean;
}

const ENDS: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled']);

/** Finds, in the stream of events, what happened to the jobs of one person. */
export class JobNews {
  /** @param user - whose jobs. */
  constructor(private readonly _user: () => string) {}

  /** The jobs that were heard of and are not over. */
  get open(): ReadonlySet<string> {
    return new Set(this._known.keys());
  }

  /** Take in an event; return what is news and wished for. An event told twice is no news. */
  take(event: ActivityEvent, wishes: IWishes): INews | undefined {
    const change = changeOf(event);
    return change?.owner === this._user() ? this.learn(change, event.time, wishes) : undefined;
  }

  /** Take in where a job is at a time, however it became known. */
  learn(change: IChange, time: number, wishes: IWishes): INews | undefined {
    const { job: id, name, state, version, reason } = change;
    const before = this._known.get(id);
    if (change.deleted) {
      this._known.delete(id);
      return undefined;
    }
    if (before ? before.version >= version : this._over.has(id)) {
      return undefined;
    }
    const told = (occasion: Occasion): INews => ({ id, name, occasion, reason });
    if (ENDS.has(state)) {
      this._known.delete(id);
      this._forget(id);
      const occasion = state as 'succeeded' | 'failed' | 'cancelled';
      return wishes[occasion] ? told(occasion) : undefined;
    }
    const queued = before ? before.queued : state === 'queued' ? time : undefined;
    const starts = state === 'running' && !before?.running && change.attempt <= 1;
    this._known.set(id, { version, queued, running: (before?.running ?? false) || starts });
    const waited = queued === undefined || time - queued > AT_ONCE;
    const wanted = wishes.started === 'always' || (wishes.started === 'waited' && waited);
    return starts && wanted ? told('started') : undefined;
  }

  /** Remember for a while that a job is over, so that a late echo of its end is no news. */
  private _forget(id: string): void {
    this._over.add(id);
    if (this._over.size > REMEMBERED) {
      const [oldest] = this._over;
      this._over.delete(oldest!);
    }
  }

  private readonly _known = new Map<string, IKnown>();
  private readonly _over = new Set<string>();
}

const REMEMBERED = 200;

/** A change of a job, as the scheduler's events tell it. */
export interface IChange {
  job: string;
  name: string;
  owner: string;
  state: JobState;
  version: number;
  attempt: number;
  reason: string;
  deleted: boolean;
}

function changeOf(event: ActivityEvent): IChange | undefined {
  return event.schema_id.includes('/scheduler/job/')
    ? (event.data as unknown as IChange)
    : undefined;
}
