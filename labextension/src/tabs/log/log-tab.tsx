import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { DisposableDelegate, DisposableSet } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import * as React from 'react';

import { isFinal, worldSize, type Job, type LogRecord } from '../../api/types';
import { Face, ProblemFace, StaleBar } from '../../face';
import { stateIcons } from '../../icons';
import { whileShown } from '../../shown';
import { LogFeed } from '../../store/log-feed';
import type { IOgaiLab } from '../../tokens';
import type { Words } from '../../words';
import { ExplanationView } from './explanation-view';
import { JobHeader, LogBar } from './job-header';
import { LineReader } from './lines';
import { LogEditor } from './log-editor';

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
    this.feed = new LogFeed(lab.scheduler, jobId);
    this._log = new Widget();
    this._log.addClass('jp-ogai-Log');
    const layout = (this.layout = new PanelLayout());
    layout.addWidget(new LogTabHead(this));
    layout.addWidget(this._log);
    this._lines = new LineReader(lab.words);

    this.feed.received.connect(this._onReceived, this);
    this.feed.restarted.connect(this._onRestarted, this);
    this.lab.jobs.changed.connect(this._onJobs, this);
    whileShown(this, () => {
      this.feed.resume();
      return DisposableSet.from([
        this.lab.jobs.look(),
        this.lab.jobs.watch(jobId),
        new DisposableDelegate(() => this.feed.pause())
      ]);
    });
    this._onJobs();
  }

  readonly feed: LogFeed;
  readonly changed = new Signal<this, void>(this);

  /** The job as last heard of. */
  get job(): Job | undefined {
    this._job = this.lab.jobs.find(this.jobId) ?? this._job;
    return this._job;
  }

  get explaining(): boolean {
    return this._explaining ?? this._explainsItself();
  }

  set explaining(value: boolean) {
    this._explaining = value;
    this.changed.emit();
  }

  /** The text of the log; made when the job is known, for it depends on its ranks. */
  get editor(): LogEditor | undefined {
    return this._editor;
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.feed.dispose();
    this._editor?.dispose();
    this.lab.jobs.changed.disconnect(this._onJobs, this);
    Signal.clearData(this);
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this._editor?.focus();
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    this._editor?.fit();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._editor?.fit();
  }

  private _onJobs(): void {
    const { job } = this;
    this.title.label = job?.name ?? this.jobId;
    if (job) {
      this.title.icon = stateIcons[job.state];
      this.title.caption = `${job.name} · ${this.lab.words.state(job.state)} · ${job.id}`;
      this._makeEditor(job);
    }
    if (this.feed.connection === 'lost' && this.lab.jobs.connection === 'live') {
      this.feed.retry(); // the server is back: no need to wait for the feed's own next try
    }
    this.changed.emit();
  }

  private _makeEditor(job: Job): void {
    if (this._editor) {
      return;
    }
    const { trans } = this.lab.words;
    this._editor = new LogEditor(this._log.node, {
      label: trans.__('Log of %1', job.name),
      showRanks: worldSize(job) > 1,
      phrases: {
        Find: trans.__('Find'),
        next: trans.__('next'),
        previous: trans.__('previous'),
        all: trans.__('all'),
        'match case': trans.__('match case'),
        'by word': trans.__('by word'),
        regexp: trans.__('regexp'),
        close: trans.__('close')
      }
    });
    this._editor.followingChanged.connect(() => this.changed.emit());
    this._onReceived(this.feed, this._early);
    this._early = [];
  }

  private _onReceived(_: LogFeed, records: readonly LogRecord[]): void {
    if (this._editor) {
      this._editor.append(this._lines.read(records));
    } else {
      this._early.push(...records);
    }
    this.changed.emit();
  }

  private _onRestarted(): void {
    this._early = [];
    this._lines = new LineReader(this.lab.words);
    this._editor?.clear();
    this.changed.emit();
  }

  private _explainsItself(): boolean {
    return this.job?.state === 'queued' || this.job?.state === 'failed';
  }

  private readonly _log: Widget;
  private _lines: LineReader;
  private _early: LogRecord[] = [];
  private _editor: LogEditor | undefined;
  private _job: Job | undefined;
  private _explaining: boolean | undefined;
}

/** Everything above the text of the log. */
class LogTabHead extends ReactWidget {
  constructor(private readonly _tab: LogTab) {
    super();
    this.addClass('jp-ogai-LogTab-head');
    const update = () => this.update();
    _tab.changed.connect(update);
    _tab.feed.changed.connect(update);
  }

  protected override render(): React.JSX.Element {
    const tab = this._tab;
    const { feed, lab, job } = tab;
    const { words } = lab;
    const retry = () => {
      lab.jobs.retry();
      feed.retry();
    };
    const problem = feed.problem ?? lab.jobs.problem;
    if (!job || problem?.code === 'not_found') {
      return problem ? (
        <ProblemFace problem={problem} words={words} retry={retry} />
      ) : (
        <Face title={words.trans.__('Looking for job %1…', tab.jobId)} />
      );
    }
    return (
      <>
        <JobHeader
          job={job}
          words={words}
          commands={tab.commands}
          explaining={tab.explaining}
          toggleExplain={() => (tab.explaining = !tab.explaining)}
        />
        {tab.explaining && <ExplanationView lab={lab} job={job} />}
        {problem && <StaleBar heard={lab.jobs.heard} words={words} retry={retry} />}
        <LogBar
          job={job}
          words={words}
          rank={feed.rank}
          setRank={rank => (feed.rank = rank)}
          truncated={feed.truncated}
          showEarlier={() => feed.showEarlier()}
          following={tab.editor?.following ?? true}
          setFollowing={following => tab.editor && (tab.editor.following = following)}
          find={() => tab.editor?.openSearch()}
        />
        {tab.editor?.isEmpty && !problem && (
          <p className="jp-ogai-LogTab-empty">{emptyText(job, feed, words)}</p>
        )}
      </>
    );
  }
}

function emptyText(job: Job, feed: LogFeed, words: Words): string {
  const { trans } = words;
  if (job.state === 'queued') {
    return trans.__('The log begins when the job does.');
  }
  if (feed.connection === 'connecting') {
    return trans.__('Loading the log…');
  }
  return isFinal(job)
    ? trans.__('This job printed nothing.')
    : trans.__('Nothing printed yet; new lines appear here by themselves.');
}
