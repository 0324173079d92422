import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { DisposableSet } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import * as React from 'react';

import type { Job } from '../../api/types';
import { Face, ProblemFace } from '../../face';
import { stateIcons } from '../../icons';
import { whileShown } from '../../shown';
import type { IOgaiLab } from '../../tokens';
import { ExplanationView } from './explanation-view';
import { JobHeader } from './job-header';
import { LogPane } from './log-pane';

/** The tab of one job: its state, why it is so, and its log as it comes. */
export class LogTab extends Widget {
  constructor(
    readonly lab: IOgaiLab,
    readonly jobId: string,
    readonly commands: CommandRegistry
  ) {
    super();
    this.addClass('jp-ogai');
    this.addClass('jp-ogai-LogTab');
    this.title.closable = true;
    this.pane = new LogPane(lab, jobId);
    const layout = (this.layout = new PanelLayout());
    layout.addWidget(new LogTabHead(this));
    layout.addWidget(this.pane);
    this.lab.jobs.changed.connect(this._onJobs, this);
    whileShown(this, () =>
      DisposableSet.from([this.lab.jobs.look(), this.lab.jobs.watch(jobId)])
    );
    this._onJobs();
  }

  readonly pane: LogPane;
  readonly changed = new Signal<this, void>(this);

  /** The job as last heard of. */
  get job(): Job | undefined {
    return this.pane.job;
  }

  get explaining(): boolean {
    return this._explaining ?? (this.job?.state === 'queued' || this.job?.state === 'failed');
  }

  set explaining(value: boolean) {
    this._explaining = value;
    this.changed.emit();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.lab.jobs.changed.disconnect(this._onJobs, this);
    Signal.clearData(this);
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.pane.activate();
  }

  private _onJobs(): void {
    const { job } = this;
    this.title.label = job?.name ?? this.jobId;
    if (job) {
      this.title.icon = stateIcons[job.state];
      this.title.caption = `${job.name} · ${this.lab.words.state(job.state)} · ${job.id}`;
    }
    this.changed.emit();
  }

  private _explaining: boolean | undefined;
}

/** What the job is and where it is, above its log. */
class LogTabHead extends ReactWidget {
  constructor(private readonly _tab: LogTab) {
    super();
    this.addClass('jp-ogai-LogTab-head');
    _tab.changed.connect(() => this.update());
    _tab.pane.changed.connect(() => this.update());
  }

  protected override render(): React.JSX.Element {
    const { pane, lab, job, jobId, commands, explaining } = this._tab;
    const { words } = lab;
    const problem = pane.window.problem ?? lab.jobs.problem;
    if (!job || problem?.code === 'not_found') {
      return problem ? (
        <ProblemFace problem={problem} words={words} retry={() => pane.retry()} />
      ) : (
        <Face title={words.trans.__('Looking for job %1…', jobId)} />
      );
    }
    return (
      <>
        <JobHeader
          job={job}
          words={words}
          commands={commands}
          explaining={explaining}
          toggleExplain={() => (this._tab.explaining = !explaining)}
        />
        {explaining && <ExplanationView lab={lab} job={job} />}
      </>
    );
  }
}
