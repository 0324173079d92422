import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { worldSize, type Job } from '../../api/types';
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

/** The bar above the log: whose lines, how far back, and whether its end is followed. */
export function LogBar(props: {
  job: Job;
  words: Words;
  rank: number | null;
  setRank: (rank: number | null) => void;
  truncated: boolean;
  showEarlier: () => void;
  following: boolean;
  setFollowing: (following: boolean) => void;
  find: () => void;
}): React.JSX.Element {
  const { job, words, rank, setRank, truncated, showEarlier, following, setFollowing, find } =
    props;
  const { trans } = words;
  const ranks = worldSize(job);
  return (
    <div className="jp-ogai-LogBar" role="toolbar" aria-label={trans.__('Log')}>
      {ranks > 1 && (
        <label>
          {trans.__('Rank')}
          <RankChoice ranks={ranks} rank={rank} setRank={setRank} words={words} />
        </label>
      )}
      <button className="jp-ogai-Button" onClick={find}>
        {trans.__('Find…')}
      </button>
      {truncated && (
        <button className="jp-ogai-Button" onClick={showEarlier}>
          {trans.__('Show Earlier Lines')}
        </button>
      )}
      <button
        className="jp-ogai-Button jp-ogai-LogBar-follow"
        aria-pressed={following}
        onClick={() => setFollowing(!following)}
      >
        {trans.__('Follow the End')}
      </button>
    </div>
  );
}

/** Past this many ranks a list is no longer a choice: the number is typed. */
const LISTED_RANKS = 64;

function RankChoice(props: {
  ranks: number;
  rank: number | null;
  setRank: (rank: number | null) => void;
  words: Words;
}): React.JSX.Element {
  const { ranks, rank, setRank, words } = props;
  const choose = (text: string) => setRank(text === '' ? null : Number(text));
  const value = rank ?? '';
  if (ranks > LISTED_RANKS) {
    return (
      <input
        type="number"
        min={0}
        max={ranks - 1}
        value={value}
        placeholder={words.trans.__('all')}
        onChange={event => choose(event.target.value)}
      />
    );
  }
  return (
    <select value={value} onChange={event => choose(event.target.value)}>
      <option value="">{words.trans.__('all')}</option>
      {Array.from({ length: ranks }, (_, index) => (
        <option key={index} value={index}>
          {index}
        </option>
      ))}
    </select>
  );
}
