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
/** More changed jobs than this are fetched as a list. */
const FEW = 6;
/** How often live jobs are read for what no event tells: progress, metrics, places in line. */
const PULSE = 2_000;

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
      this._ready = false;
      this._table.clear();
      this.tell();
      this.retry();
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
    const filter = this._filter;
    let page = await this._source.jobs(this._query(Math.min(LARGEST_PAGE, wanted)), signal);
    const items = [...page.items];
    while (page.cursor !== null && items.length < wanted) {
      const limit = Math.min(LARGEST_PAGE, wanted - items.length);
      page = await this._source.jobs(this._query(limit, page.cursor), signal);
      items.push(...page.items);
    }
    if (signal.aborted || filter !== this._filter) {
      return;
    }
    const moved = this._table.replace({ ...page, items }, this._watched);
    this._ready = true;
    this._tell(moved);
    const others = [...this._watched.keys()].filter(id => !this._table.isListed(id));
    await Promise.all(others.map(id => this._fetch(id, signal)));
  }

  protected override take(event: ActivityEvent): void {
    const id = jobOf(event);
    if (id) {
      this._touch(id);
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
    const ids = [...this._touched];
    this._touched.clear();
    if (ids.length > FEW) {
      this.heal();
      return;
    }
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

  private _belongs(job: Job): boolean {
    return this._ready && job.name.toLowerCase().includes(this._filter.toLowerCase());
  }

  private _query(limit: number, cursor: string | null = null): IJobQuery {
    return { limit, cursor, ...(this._filter && { name: this._filter }) };
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
  private _filter = '';
  private _ready = false;
  private _paging = false;
  private _stirred = false;
  private _gathering = false;
  private readonly _moved = new Signal<this, ITransition>(this);
}

function jobOf(event: ActivityEvent): string | undefined {
  const id = event.schema_id.includes('/scheduler/job/') ? event.data.job : undefined;
  return typeof id === 'string' ? id : undefined;
}
