import { InputDialog, Notification } from '@jupyterlab/apputils';
import * as React from 'react';

import { plain } from '../../ansi';
import { Problem } from '../../api/problem';
import { isFinal, type Job } from '../../api/types';
import { cancellable, CommandIDs } from '../../commands';
import { Face, ProblemFace, StaleBar } from '../../face';
import { stateIcons } from '../../icons';
import { ProgressBar } from '../../progress-bar';
import type { IOgaiLab } from '../../tokens';
import type { Words } from '../../words';
import { TabCommands } from '../tabs';
import type { IJobView } from './job-tab';
import { PANES, type Pane } from './panes';
import { Strip, type IStripTab } from './strip';

/** Metrics shown in the header; the rest belongs into charts. */
const MOST_METRICS = 6;

/** What stands above the panes: what the job is, where it is, what can be done about it. */
export function JobHead(props: { view: IJobView }): React.JSX.Element {
  const { model, commands, prefix } = props.view;
  const { lab, job, problem } = model;
  const { words } = lab;
  const { trans } = words;
  const retry = () => model.retry();
  if (!job) {
    const showJobs = {
      label: trans.__('Show the Jobs'),
      run: () => void commands.execute(CommandIDs.showJobs)
    };
    if (model.deleted) {
      return (
        <Face
          title={trans.__('“%1” was deleted', model.name)}
          text={trans.__('Its record, log and output are gone; what it used still counts.')}
          action={showJobs}
        />
      );
    }
    if (problem?.code === 'not_found') {
      return (
        <Face
          title={trans.__('There is no job %1', model.id)}
          text={trans.__('It was deleted, or belongs to another server.')}
          action={showJobs}
        />
      );
    }
    return problem ? (
      <ProblemFace problem={problem} words={words} retry={retry} />
    ) : (
      <Face title={trans.__('Looking for job %1…', model.id)} />
    );
  }
  return (
    <>
      <Header view={props.view} job={job} />
      {problem && <StaleBar heard={lab.jobs.heard} words={words} retry={retry} />}
      <Strip
        label={trans.__('About this job')}
        prefix={prefix}
        tabs={stripTabs(job, words)}
        current={model.pane}
        choose={pane => (model.pane = pane)}
      />
    </>
  );
}

function Header(props: { view: IJobView; job: Job }): React.JSX.Element {
  const { view, job } = props;
  const { words } = view.model.lab;
  const Icon = stateIcons[job.state];
  const detail = words.detail(job);
  return (
    <header className="jp-ogai-JobHeader" data-state={job.state}>
      <div className="jp-ogai-JobHeader-line">
        <Icon.react tag="span" className="jp-ogai-State" />
        <h2 title={job.name}>{job.name}</h2>
        <span className="jp-ogai-JobHeader-state" role="status">
          <b>{words.state(job.state)}</b>
          {detail && ` · ${detail}`}
        </span>
        <Actions view={view} job={job} />
      </div>
      <ProgressBar job={job} words={words} />
      <dl className="jp-ogai-JobHeader-facts">
        {facts(job, words).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

function Actions(props: { view: IJobView; job: Job }): React.JSX.Element {
  const { view, job } = props;
  const { model, commands, canLaunch } = view;
  const { trans } = model.lab.words;
  const run = (command: string) => () => void commands.execute(command, { id: job.id });
  const asked = job.state === 'queued' || job.state === 'failed';
  return (
    <span className="jp-ogai-JobHeader-actions" role="group" aria-label={trans.__('Actions')}>
      {asked && model.pane !== 'explain' && (
        <button className="jp-ogai-Button" onClick={() => (model.pane = 'explain')}>
          {job.state === 'queued' ? trans.__('Why Does It Wait?') : trans.__('Why Did It Fail?')}
        </button>
      )}
      {job.state === 'succeeded' && job.outputs.model !== undefined && (
        <button className="jp-ogai-Button" onClick={() => void register(model.lab, job)}>
          {trans.__('Register Model…')}
        </button>
      )}
      {canLaunch && (
        <button
          className="jp-ogai-Button"
          onClick={() => void commands.execute(TabCommands.open, { kind: 'launch', from: job.id })}
        >
          {trans.__('Clone and Edit…')}
        </button>
      )}
      <button className="jp-ogai-Button" onClick={run(CommandIDs.copyId)} title={job.id}>
        {trans.__('Copy Id')}
      </button>
      {cancellable(job) && (
        <button className="jp-ogai-Button jp-mod-danger" onClick={run(CommandIDs.cancel)}>
          {trans.__('Cancel…')}
        </button>
      )}
      {isFinal(job) && (
        <button className="jp-ogai-Button jp-mod-danger" onClick={run(CommandIDs.remove)}>
          {trans.__('Delete…')}
        </button>
      )}
    </span>
  );
}

function facts(job: Job, words: Words): [string, string][] {
  const { trans } = words;
  const found: [string, string][] = [
    [trans.__('by'), job.owner],
    [trans.__('queue'), job.spec.queue],
    [trans.__('size'), words.size(job)]
  ];
  if (job.node_names.length > 0) {
    const [first, ...more] = job.node_names;
    const name = trans._n('node', 'nodes', job.node_names.length);
    found.push([name, more.length > 0 ? `${first} + ${more.length}` : first!]);
  }
  if (job.started) {
    const end = job.ended ?? Date.now() / 1000;
    found.push(
      [trans.__('started'), words.moment(job.started)],
      [trans.__('for'), words.duration(end - job.started)]
    );
  } else {
    found.push([trans.__('submitted'), words.ago(job.created)]);
  }
  if (job.attempt > 1) {
    found.push([trans.__('attempt'), String(job.attempt)]);
  }
  const metrics = Object.entries(job.metrics).slice(0, MOST_METRICS);
  return found.concat(
    metrics.map(([name, value]) => [
      plain(name),
      typeof value === 'number' ? words.number(value) : '—'
    ])
  );
}

function stripTabs(job: Job, { trans }: Words): IStripTab<Pane>[] {
  const labels: Record<Pane, string> = {
    curves: trans.__('Curves'),
    logs: trans.__('Logs'),
    timeline: trans.__('Timeline'),
    explain: trans.__('Explain'),
    spec: trans.__('Spec'),
    code: trans.__('Code and Environment'),
    usage: trans.__('Usage')
  };
  const metrics = Object.keys(job.metrics).length;
  const counts: Partial<Record<Pane, number>> = {
    ...(metrics > 0 && { curves: metrics }),
    ...(job.attempt > 1 && { timeline: job.attempt })
  };
  return PANES.map(id => ({ id, label: labels[id], count: counts[id] }));
}

/** Ask for a name and make what the job reported as its model a version of it. */
async function register(lab: IOgaiLab, job: Job): Promise<void> {
  const { trans } = lab.words;
  const { button, value } = await InputDialog.getText({
    title: trans.__('Register the model of this job'),
    label: trans.__('Name, as organisation/model'),
    placeholder: trans.__('team/model'),
    okLabel: trans.__('Register')
  });
  if (!button.accept || !value) {
    return;
  }
  try {
    const version = await lab.models.register(value.trim(), job.id);
    Notification.success(trans.__('Registered: %1 v%2', version.model, version.number), {
      autoClose: 5000
    });
  } catch (error) {
    const problem = Problem.from(error);
    Notification.error([problem.message, problem.action].filter(Boolean).join(' '), {
      autoClose: 8000
    });
  }
}
