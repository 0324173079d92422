import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Problem } from '../api/problem';
import type { IJobQuery, IJobSource } from '../api/scheduler';
import { LIVE_STATES, type ActivityEvent, type Job, type JobState } from '../api/types';
import { JobTable } from './job-table';
import { LiveStore } from './live-store';
import { sleep } from './persist';
import type { ILive } from './stream';
import type { IJobStore, ITransition } from './types';

/** Jobs of one page; the server allows 500. */
const PAGE = 200;
const LARGEST_PAGE = 500;
/** Events that come within this many milliseconds cause one fetch. */
const GATHER = 80;
/** More changed jobs than this are fetched as a list, after a rest of so many times as long. */
const FEW = 6;
const REST = 4;
/** How often live jobs are read for what no event tells: progress, metrics, places in line. */
const PULSE = 2_000;

/** What the scheduler's events tell: see its event schema. */
interface INews extends Pick<Job, 'state' | 'version' | 'attempt' | 'reason'> {
  job: string;
  deleted: boolean;
}

/**
 * The jobs: a list healed by a fetch after every connection, then changed by events.
 *
 * Panels share it and none of them polls. Without a `look()` it makes no request.
 */
export class JobStore extends LiveStore implements IJobStore {
  constructor(
    private readonly _source: IJobSource,
    live: ILive
  ) {
    super(live, PULSE);
  }

  get jobs(): readonly Job[] {
    return this._table.rows;
  }

  get total(): number {
    return this._table.total;
  }

  get ready(): boolean {
    return this._ready;
  }

  get moved(): ISignal<this, ITransition> {
    return this._moved;
  }

  get filter(): string {
    return this._filter;
  }

  set filter(value: string) {
    if (value !== this._filter) {
      this._filter = value;
      this._begin();
    }
  }

  get mine(): boolean {
    return this._mine;
  }

  set mine(value: boolean) {
    if (value !== this._mine) {
      this._mine = value;
      this._begin();
    }
  }

  find(id: string): Job | undefined {
    return this._table.get(id);
  }

  watch(id: string): IDisposable {
    this._watched.set(id, (this._watched.get(id) ?? 0) + 1);
    this._touch(id);
    return new DisposableDelegate(() => {
      const left = (this._watched.get(id) ?? 1) - 1;
      if (left > 0) {
        this._watched.set(id, left);
      } else {
        this._watched.delete(id);
      }
    });
  }

  async more(): Promise<void> {
    const { cursor } = this._table;
    const { signal } = this;
    if (!signal || cursor === null || this._paging) {
      return;
    }
    this._paging = true;
    try {
      const page = await this._source.jobs(this._query(PAGE, cursor), signal);
      if (cursor === this._table.cursor) {
        this._tell(this._table.append(page));
      }
    } catch {
      this.heal(); // says what is wrong, and tries again
    } finally {
      this._paging = false;
    }
  }

  /** Fetch as much of the list as was loaded before, and the watched jobs that are not in it. */
  protected override async load(signal: AbortSignal): Promise<void> {
    const wanted = Math.max(PAGE, this._table.rows.length);
    const list = this._list;
    const start = Date.now();
    let page = await this._source.jobs(this._query(Math.min(LARGEST_PAGE, wanted)), signal);
    const items = [...page.items];
    while (page.cursor !== null && items.length < wanted) {
      const limit = Math.min(LARGEST_PAGE, wanted - items.length);
      page = await this._source.jobs(this._query(limit, page.cursor), signal);
      items.push(...page.items);
    }
    if (signal.aborted || list !== this._list) {
      return;
    }
    this._rested = Date.now() + REST * (Date.now() - start);
    const moved = this._table.replace({ ...page, items }, this._watched);
    this._ready = true;
    this._tell(moved);
    const others = [...this._watched.keys()].filter(id => !this._table.isListed(id));
    await Promise.all(others.map(id => this._fetch(id, signal)));
  }

  protected override take(event: ActivityEvent): void {
    const news = newsOf(event);
    if (!news) {
      return;
    }
    const { job, deleted, state, version, attempt, reason } = news;
    if (deleted) {
      this._table.remove(job);
      this.tell();
    } else {
      this._tell(this._table.patch(job, { state, version, attempt, reason }));
      this._touch(job);
    }
  }

  protected override settled(): void {
    this._gather();
  }

  protected override async beat(signal: AbortSignal): Promise<void> {
    const state = this._moving();
    if (state.length === 0) {
      return;
    }
    this._stirred = false;
    const query = { ...this._query(LARGEST_PAGE), state };
    const { items } = await this._source.jobs(query, signal);
    this._tell(this._table.merge(items.filter(({ id }) => this._table.get(id))));
  }

  private async _fetch(id: string, signal: AbortSignal): Promise<void> {
    try {
      const job = await this._source.job(id, signal);
      if (!this._table.isListed(id) && this._belongs(job)) {
        this._table.insert(job);
      }
      this._tell(this._table.merge([job]));
    } catch (error) {
      if (Problem.from(error).code !== 'not_found') {
        throw error;
      }
      this._table.remove(id);
      this.tell();
    }
  }

  private _touch(id: string): void {
    if (this.signal) {
      this._stirred = true;
      this._touched.add(id);
      this._gather();
    }
  }

  private _gather(): void {
    const { signal } = this;
    if (signal && this.steady && !this._gathering && this._touched.size > 0) {
      this._gathering = true;
      void sleep(GATHER, signal).then(() => {
        this._gathering = false;
        return signal.aborted ? undefined : this._settle(signal);
      });
    }
  }

  private async _settle(signal: AbortSignal): Promise<void> {
    if (this._touched.size > FEW) {
      await sleep(Math.max(0, this._rested - Date.now()), signal); // each state is shown already
      this._touched.clear();
      this.heal();
      return;
    }
    const ids = [...this._touched];
    this._touched.clear();
    try {
      await Promise.all(ids.map(id => this._fetch(id, signal)));
    } catch {
      this.heal();
    }
  }

  /** The states of known jobs that may change without an event: places move when a job does. */
  private _moving(): JobState[] {
    const states = new Set([...this._table.all].map(job => job.state));
    return LIVE_STATES.filter(state => states.has(state) && (state !== 'queued' || this._stirred));
  }

  /** Begin another list. */
  private _begin(): void {
    this._list = {};
    this._ready = false;
    this._table.clear();
    this.tell();
    this.retry();
  }

  private _belongs(job: Job): boolean {
    const mine = !this._mine || job.owner === this.live.user;
    return this._ready && mine && job.name.toLowerCase().includes(this._filter.toLowerCase());
  }

  private _query(limit: number, cursor: string | null = null): IJobQuery {
    return {
      limit,
      cursor,
      ...(this._filter && { name: this._filter }),
      ...(this._mine && { owner: this.live.user })
    };
  }

  private _tell(moved: readonly ITransition[]): void {
    this.tell();
    for (const transition of moved) {
      this._moved.emit(transition);
    }
  }

  private readonly _table = new JobTable();
  private readonly _watched = new Map<string, number>();
  private readonly _touched = new Set<string>();
  /** Another object for each list: what was asked for an earlier one no longer counts. */
  private _list = {};
  private _filter = '';
  private _mine = false;
  private _rested = 0;
  private _ready = false;
  private _paging = false;
  private _stirred = false;
  private _gathering = false;
  private readonly _moved = new Signal<this, ITransition>(this);
}

/** What an event tells of a job; undefined for one on something else. */
function newsOf({ schema_id, data }: ActivityEvent): INews | undefined {
  return schema_id.includes('/scheduler/job/') && typeof data.job === 'string'
    ? (data as unknown as INews)
    : undefined;
}
