import { DisposableDelegate, DisposableSet, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { InspectionApi } from '../../api/inspection';
import { Problem } from '../../api/problem';
import type { Job } from '../../api/types';
import type { IOgaiLab } from '../../tokens';
import { firstPane, type Pane } from './panes';

/** What the parts of a job's tab share: the job as last heard of, and which part is in front. */
export class JobModel implements IDisposable {
  constructor(
    readonly lab: IOgaiLab,
    readonly id: string,
    private _pane?: Pane
  ) {
    this.api = new InspectionApi(lab.requests, id);
  }

  readonly api: InspectionApi;

  /** Something has changed. Also sent with every sign of life, so that clocks go on. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The pane was changed, by the reader or by a command. */
  get turned(): ISignal<this, Pane> {
    return this._turned;
  }

  /** The job; undefined before the first answer, and when there is none. */
  get job(): Job | undefined {
    return this._gone ? undefined : this._job;
  }

  /** Why there is no job to show, or why what is shown is old. */
  get problem(): Problem | undefined {
    return this._gone ?? this.lab.jobs.problem ?? this._problem;
  }

  /** Whether the job was there and was deleted since. */
  get deleted(): boolean {
    return this._gone !== undefined && this._job !== undefined;
  }

  /** The name of the job, also of one that is gone. */
  get name(): string {
    return this._job?.name ?? this.id;
  }

  /** Whether somebody sees the tab. */
  get shown(): boolean {
    return this._shown;
  }

  get pane(): Pane {
    return this._pane ?? 'curves';
  }

  set pane(pane: Pane) {
    if (pane !== this._pane) {
      this._pane = pane;
      this._changed.emit();
      this._turned.emit(pane);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Return what a pane has kept under a name since it was shown last. */
  kept(name: string): unknown {
    return this._memory.get(name);
  }

  keep(name: string, value: unknown): void {
    this._memory.set(name, value);
  }

  /** Follow the job until the result is disposed. */
  look(): IDisposable {
    const { jobs } = this.lab;
    this._shown = true;
    jobs.changed.connect(this._onJobs, this);
    const looking = DisposableSet.from([
      jobs.look(),
      jobs.watch(this.id),
      new DisposableDelegate(() => {
        jobs.changed.disconnect(this._onJobs, this);
        this._asking?.abort();
        this._asking = undefined;
        this._shown = false;
        this._changed.emit();
      })
    ]);
    this._take();
    void this._ask();
    return looking;
  }

  /** Connect again now. */
  retry(): void {
    this._gone = undefined;
    this._problem = undefined;
    this._changed.emit();
    this.lab.jobs.retry();
    void this._ask();
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._asking?.abort();
      this.lab.jobs.changed.disconnect(this._onJobs, this);
      Signal.clearData(this);
    }
  }

  private _onJobs(): void {
    const known = this._inStore;
    this._take();
    if (known && !this._inStore && this.lab.jobs.connection === 'live') {
      void this._ask(); // it left the store: deleted, or only out of the list
    }
    this._changed.emit();
  }

  private _take(): void {
    const job = this.lab.jobs.find(this.id);
    this._inStore = job !== undefined;
    if (job) {
      this._set(job);
    }
  }

  private _set(job: Job): void {
    if (this._job && job.version < this._job.version) {
      return;
    }
    this._job = job;
    this._gone = undefined;
    this._problem = undefined;
    this._pane ??= firstPane(job);
  }

  /** Ask for this one job: the store does not say whether one that it lacks exists. */
  private async _ask(): Promise<void> {
    this._asking?.abort();
    const asking = (this._asking = new AbortController());
    try {
      const job = await this.lab.scheduler.job(this.id, asking.signal);
      if (!asking.signal.aborted) {
        this._set(job);
      }
    } catch (error) {
      const problem = Problem.from(error);
      if (asking.signal.aborted) {
        return;
      }
      if (problem.code === 'not_found') {
        this._gone = problem;
      } else {
        this._problem = problem;
      }
    }
    this._changed.emit();
  }

  private readonly _memory = new Map<string, unknown>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _turned = new Signal<this, Pane>(this);
  private _job: Job | undefined;
  private _gone: Problem | undefined;
  private _problem: Problem | undefined;
  private _asking: AbortController | undefined;
  private _inStore = false;
  private _shown = false;
  private _isDisposed = false;
}
