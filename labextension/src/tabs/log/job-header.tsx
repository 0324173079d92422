import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Job } from '../../api/types';
import { cancellable, CommandIDs } from '../../commands';
import { stateIcons } from '../../icons';
import { ProgressBar } from '../../progress-bar';
import type { Words } from '../../words';

/** Metrics shown in the header; the rest belongs into charts. */
const MOST_METRICS = 6;

/** A job in two lines: what it is and where it is, with what can be done about it. */
export function JobHeader(props: {
  job: Job;
  words: Words;
  commands: CommandRegistry;
  explaining: boolean;
  toggleExplain: () => void;
}): React.JSX.Element {
  const { job, words, commands, explaining, toggleExplain } = props;
  const { trans } = words;
  const Icon = stateIcons[job.state];
  const run = (command: string) => () => void commands.execute(command, { id: job.id });
  const detail = words.detail(job);
  return (
    <header className="jp-ogai-JobHeader" data-state={job.state}>
      <div className="jp-ogai-JobHeader-line">
        <Icon.react tag="span" className="jp-ogai-State" />
        <h2>{job.name}</h2>
        <span className="jp-ogai-JobHeader-state" role="status">
          {[words.state(job.state), detail].filter(Boolean).join(' · ')}
        </span>
        <span className="jp-ogai-JobHeader-actions">
          <button className="jp-ogai-Button" aria-expanded={explaining} onClick={toggleExplain}>
            {trans.__('Explain')}
          </button>
          <button className="jp-ogai-Button" onClick={run(CommandIDs.copyId)} title={job.id}>
            {trans.__('Copy Id')}
          </button>
          {cancellable(job) && (
            <button className="jp-ogai-Button jp-mod-danger" onClick={run(CommandIDs.cancel)}>
              {trans.__('Cancel…')}
            </button>
          )}
        </span>
      </div>
      <ProgressBar job={job} words={words} />
      <div className="jp-ogai-JobHeader-facts">
        {facts(job, words).map(([label, value]) => (
          <span key={label}>
            {label} <b>{value}</b>
          </span>
        ))}
      </div>
    </header>
  );
}

function facts(job: Job, words: Words): [string, string][] {
  const { trans } = words;
  const found: [string, string][] = [
    [trans.__('by'), job.owner],
    [trans.__('queue'), job.spec.queue],
    [trans.__('size'), words.size(job)]
  ];
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
    metrics.map(([name, value]) => [name, typeof value === 'number' ? words.number(value) : '—'])
  );
}
