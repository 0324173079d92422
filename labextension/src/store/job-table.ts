import type { Job, JobPage } from '../api/types';
import type { ITransition } from './types';

/**
 * The jobs that are known: those of the list, newest first, and others that are watched.
 *
 * Values only, no connection. A job is never replaced by an older version of itself.
 */
export class JobTable {
  /** The listed jobs. The same array until something changes. */
  get rows(): readonly Job[] {
    this._rows ??= this._order.flatMap(id => this._jobs.get(id) ?? []);
    return this._rows;
  }

  /** Every job that is known, listed or not. */
  get all(): Iterable<Job> {
    return this._jobs.values();
  }

  /** How many jobs the whole list has on the server. */
  total = 0;

  /** Where the next part of the list begins; null when all of it is here. */
  cursor: string | null = null;

  get(id: string): Job | undefined {
    return this._jobs.get(id);
  }

  isListed(id: string): boolean {
    return this._order.includes(id);
  }

  /** Empty the list; what is watched stays known. */
  clear(): void {
    this._order = [];
    this.total = 0;
    this.cursor = null;
    this._rows = undefined;
  }

  /** Let `page` be the list and forget every other job that is not in `kept`. */
  replace(page: JobPage, kept: ReadonlyMap<string, unknown>): ITransition[] {
    this._order = page.items.map(job => job.id);
    this.total = page.total;
    this.cursor = page.cursor;
    const listed = new Set(this._order);
    for (const id of this._jobs.keys()) {
      if (!listed.has(id) && !kept.has(id)) {
        this._jobs.delete(id);
      }
    }
    return this.merge(page.items);
  }

  /** Add the next part of the list at its end. */
  append(page: JobPage): ITransition[] {
    const listed = new Set(this._order);
    this._order.push(...page.items.map(job => job.id).filter(id => !listed.has(id)));
    this.total = page.total;
    this.cursor = page.cursor;
    return this.merge(page.items);
  }

  /** Put a job that was not listed where its age belongs. */
  insert(job: Job): void {
    const place = this._order.findIndex(id => (this._jobs.get(id)?.created ?? 0) <= job.created);
    if (place >= 0) {
      this._order.splice(place, 0, job.id);
    } else if (this.cursor === null) {
      this._order.push(job.id);
    } else {
      return; // older than what is loaded: it is counted already and comes with its page
    }
    this.total++;
    this._rows = undefined;
  }

  /** Take newer versions of jobs and return which of them changed their state. */
  merge(jobs: readonly Job[]): ITransition[] {
    const transitions: ITransition[] = [];
    for (const job of jobs) {
      const before = this._jobs.get(job.id);
      if (before && before.version > job.version) {
        continue;
      }
      // A list leaves out the output folder, which a watched job has been told.
      this._jobs.set(job.id, { ...job, output: job.output ?? before?.output ?? null });
      if (before && before.state !== job.state) {
        transitions.push({ job, from: before.state });
      }
    }
    this._rows = undefined;
    return transitions;
  }

  /** Take what an event tells of a known job, until the whole of it is fetched. */
  patch(id: string, news: Pick<Job, 'state' | 'version'> & Partial<Job>): ITransition[] {
    const before = this._jobs.get(id);
    return before && before.version < news.version ? this.merge([{ ...before, ...news }]) : [];
  }

  remove(id: string): void {
    if (this.isListed(id)) {
      this._order = this._order.filter(other => other !== id);
      this.total--;
    }
    this._jobs.delete(id);
    this._rows = undefined;
  }

  private _order: string[] = [];
  private readonly _jobs = new Map<string, Job>();
  private _rows: readonly Job[] | undefined;
}
