import type { IRunningSessions } from '@jupyterlab/running';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { Throttler } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import { LIVE_STATES, type Job } from '../api/types';
import { CommandIDs } from '../commands';
import { stateIcons, stopIcon } from '../icons';
import { isAboutJobs } from '../store/cluster';
import { Resource } from '../store/resource';
import { TabCommands } from '../tabs/tabs';
import type { IOgaiLab } from '../tokens';

/** So many jobs are listed. */
const MOST = 200;
/** The panel draws every row anew for each signal: one a second is enough for people. */
const APART = 1_000;

/** The reader's jobs that are not over, as a section of the running sessions. */
export class RunningJobs implements IRunningSessions.IManager, IDisposable {
  constructor(
    private readonly _lab: IOgaiLab,
    private readonly _commands: CommandRegistry
  ) {
    const { trans } = _lab.words;
    this.name = trans.__('OGAI Lab Jobs');
    this.shutdownLabel = trans.__('Cancel Job…');
    this.shutdownAllLabel = trans.__('Cancel All');
    this.shutdownAllConfirmationText = trans.__(
      'All your jobs that run or wait are cancelled. What they logged and saved so far is kept.'
    );
    this._jobs = new Resource<Job[]>(_lab.live, {
      concerns: isAboutJobs,
      load: async signal => {
        const { items } = await _lab.requests.call('get', '/ogai/scheduler/jobs', {
          query: { state: LIVE_STATES, owner: _lab.live.user, limit: MOST },
          signal
        });
        return items;
      }
    });
    this._jobs.changed.connect(this._onChanged, this);
  }

  readonly name: string;
  readonly shutdownLabel: string;
  readonly shutdownAllLabel: string;
  readonly shutdownAllConfirmationText: string;
  readonly shutdownItemIcon = stopIcon;

  get runningChanged(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._jobs.isDisposed;
  }

  /** Keep the list fresh until the result is disposed. */
  look(): IDisposable {
    return this._jobs.look();
  }

  running(): IRunningSessions.IRunningItem[] {
    const { words } = this._lab;
    return (this._jobs.value ?? []).map(job => ({
      className: 'jp-ogai-RunningJob',
      context: job.id,
      icon: () => stateIcons[job.state],
      label: () => job.name,
      labelTitle: () =>
        [job.name, words.state(job.state), words.detail(job), job.id].filter(Boolean).join(' · '),
      detail: () => words.state(job.state),
      open: () => void this._commands.execute(TabCommands.open, { kind: 'job', id: job.id }),
      shutdown: () => void this._commands.execute(CommandIDs.cancel, { id: job.id })
    }));
  }

  refreshRunning(): void {
    this._jobs.retry();
  }

  /** Cancel all that is listed; the panel has asked before. Those that wait go first. */
  shutdownAll(): void {
    const jobs = [...(this._jobs.value ?? [])];
    jobs.sort((a, b) => Number(b.state === 'queued') - Number(a.state === 'queued'));
    void (async () => {
      for (const job of jobs) {
        // One that ended meanwhile needs no cancelling; the list tells of any other.
        await this._lab.scheduler.cancel(job.id).catch(() => undefined);
      }
    })();
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._throttler.dispose();
      this._jobs.dispose();
      Signal.clearData(this);
    }
  }

  private _onChanged(): void {
    if (this._jobs.value !== this._told) {
      this._told = this._jobs.value;
      void this._throttler.invoke();
    }
  }

  private readonly _jobs: Resource<Job[]>;
  private _told: Job[] | undefined;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _throttler = new Throttler(() => this._changed.emit(), {
    limit: APART,
    edge: 'trailing'
  });
}
