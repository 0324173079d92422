import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { Problem } from '../api/problem';
import type { IJobQuery, IJobSource } from '../api/scheduler';
import { LIVE_STATES, type ActivityEvent, type Job, type JobState } from '../api/types';
import { JobTable } from './job-table';
import { persist, sleep } from './persist';
import type { Connection, IJobStore, ITransition } from './types';

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
 * The one store of jobs: a list healed by a fetch after every connection, then fed by events.
 *
 * Panels share it and none of them polls. Without a `look()` it holds no connection.
 */
export class JobStore implements IJobStore {
  constructor(private readonly _source: IJobSource) {}

  get jobs(): readonly Job[] {
    return this._table.rows;
  }

  get total(): number {
    return this._table.total;
  }

  get ready(): boolean {
    return this._ready;
  }

  get connection(): Connection {
    return this._connection;
  }

  get problem(): Problem | undefined {
    return this._problem;
  }

  get heard(): number {
    return this._heard;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get moved(): ISignal<this, ITransition> {
    return this._moved;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get filter(): string {
    return this._filter;
  }

  set filter(value: string) {
    if (value !== this._filter) {
      this._filter = value;
      this._ready = false;
      this._table.clear();
      this._changed.emit();
      this.retry();
    }
  }

  find(id: string): Job | undefined {
    return this._table.get(id);
  }

  look(): IDisposable {
    if (++this._lookers === 1) {
      this._start();
    }
    return new DisposableDelegate(() => {
      if (--this._lookers === 0) {
        this._stop();
      }
    });
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
    const signal = this._run?.signal;
    if (!signal || cursor === null || this._paging) {
      return;
    }
    this._paging = true;
    try {
      const page = await this._source.jobs(this._query(PAGE, cursor), signal);
      if (cursor === this._table.cursor) {
        this._tell(this._table.append(page));
      }
    } catch (error) {
      this._lose(Problem.from(error), signal);
    } finally {
      this._paging = false;
    }
  }

  retry(): void {
    if (this._lookers > 0) {
      this._stop();
      this._start();
    }
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._stop();
    Signal.clearData(this);
  }

  private _start(): void {
    if (this._isDisposed) {
      return;
    }
    const run = new AbortController();
    this._run = run;
    this._connection = 'connecting';
    this._changed.emit();
    void persist(
      alive => this._follow(alive, run.signal),
      problem => this._lose(problem, run.signal),
      run.signal
    );
    void this._beat(run.signal);
  }

  private _stop(): void {
    this._run?.abort();
    this._run = undefined;
    this._touched.clear();
    this._connection = 'idle';
    this._problem = undefined;
  }

  private async _follow(alive: () => void, signal: AbortSignal): Promise<boolean> {
    await this._source.greet(signal);
    // The number first, the list after: a change between the two is told twice, never missed.
    const last = await this._source.lastEvent(signal);
    await this._load(signal);
    alive();
    for await (const event of this._source.events(last, signal)) {
      this._hear();
      const id = event && jobOf(event);
      if (id) {
        this._touch(id);
      } else {
        this._changed.emit();
      }
    }
    return false;
  }

  /** Fetch as much of the list as was loaded before, and the watched jobs that are not in it. */
  private async _load(signal: AbortSignal): Promise<void> {
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
    this._hear();
    this._tell(moved);
    const others = [...this._watched.keys()].filter(id => !this._table.isListed(id));
    await Promise.all(others.map(id => this._fetch(id, signal)));
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
      this._changed.emit();
    }
  }

  private _touch(id: string): void {
    const signal = this._run?.signal;
    if (!signal) {
      return;
    }
    this._stirred = true;
    this._touched.add(id);
    if (this._touched.size === 1) {
      void sleep(GATHER, signal).then(() => this._settle(signal));
    }
  }

  private async _settle(signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      return;
    }
    const ids = [...this._touched];
    this._touched.clear();
    try {
      if (ids.length > FEW) {
        await this._load(signal);
      } else {
        await Promise.all(ids.map(id => this._fetch(id, signal)));
      }
    } catch (error) {
      this._lose(Problem.from(error), signal);
    }
  }

  private async _beat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(PULSE, signal);
      const state = this._connection === 'live' ? this._moving() : [];
      if (state.length === 0) {
        continue;
      }
      this._stirred = false;
      try {
        const query = { ...this._query(LARGEST_PAGE), state };
        const { items } = await this._source.jobs(query, signal);
        this._tell(this._table.merge(items.filter(({ id }) => this._table.get(id))));
      } catch {
        // The event stream notices a lost server and reports it; a missed pulse is nothing.
      }
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
    this._changed.emit();
    for (const transition of moved) {
      this._moved.emit(transition);
    }
  }

  private _hear(): void {
    this._heard = Date.now() / 1000;
    this._connection = 'live';
    this._problem = undefined;
  }

  private _lose(problem: Problem, signal: AbortSignal): void {
    if (!signal.aborted) {
      this._connection = 'lost';
      this._problem = problem;
      this._changed.emit();
    }
  }

  private readonly _table = new JobTable();
  private readonly _watched = new Map<string, number>();
  private readonly _touched = new Set<string>();
  private _filter = '';
  private _ready = false;
  private _paging = false;
  private _stirred = false;
  private _connection: Connection = 'idle';
  private _problem: Problem | undefined;
  private _heard = 0;
  private _lookers = 0;
  private _run: AbortController | undefined;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _moved = new Signal<this, ITransition>(this);
}

function jobOf(event: ActivityEvent): string | undefined {
  const id = event.schema_id.includes('/scheduler/job/') ? event.data.job : undefined;
  return typeof id === 'string' ? id : undefined;
}
