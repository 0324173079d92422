import * as React from 'react';

import { plain } from '../../ansi';
import type { Explanation, Job } from '../../api/types';
import { Face, ProblemFace } from '../../face';
import { stateIcons } from '../../icons';
import type { Words } from '../../words';
import { TabCommands } from '../tabs';
import { useLoaded } from './loaded';
import type { IPaneProps } from './pane-props';

type Reason = Explanation['reasons'][number];

/** Why a job is where it is, on what that rests, who is ahead, and what would change it. */
export function ExplainPane({ model, job, commands }: IPaneProps): React.JSX.Element {
  const { words, scheduler } = model.lab;
  const { trans } = words;
  const key = `${job.version} ${job.queue_position} ${job.reason}`;
  const loaded = useLoaded(model, 'explanation', key, () => scheduler.explain(job.id));
  const answer = loaded.value;
  if (!answer) {
    return loaded.problem ? (
      <ProblemFace problem={loaded.problem} words={words} retry={loaded.retry} />
    ) : (
      <Face title={trans.__('Looking into it…')} />
    );
  }
  const Icon = stateIcons[answer.state];
  const showLog = () => {
    model.pane = 'logs';
  };
  const sent = answer.reasons.some(({ action }) => namesLog(action));
  return (
    <div className="jp-ogai-Explain" data-state={answer.state}>
      <p className="jp-ogai-Explain-summary">
        <Icon.react tag="span" className="jp-ogai-State" />
        <span>{plain(answer.summary)}</span>
      </p>
      {typeof answer.starts_in === 'number' && (
        <p className="jp-ogai-Explain-when">
          {trans.__('It should start in about %1.', words.duration(answer.starts_in))}{' '}
          {plain(answer.basis)}
        </p>
      )}
      {answer.would_start.length > 0 && (
        <section>
          <h3>{trans.__('It would start now with')}</h3>
          <ul className="jp-ogai-Explain-changes">
            {answer.would_start.map((change, number) => (
              <li key={number}>
                <code>{plain(change)}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Reasons answer={answer} words={words} showLog={showLog} />
      <Ahead
        answer={answer}
        words={words}
        open={id => void commands.execute(TabCommands.open, { kind: 'job', id })}
      />
      <Failure job={job} words={words} showLog={sent ? undefined : showLog} />
    </div>
  );
}

function Reasons(props: {
  answer: Explanation;
  words: Words;
  showLog: () => void;
}): React.JSX.Element | null {
  const { answer, words, showLog } = props;
  const { trans } = words;
  if (answer.reasons.length === 0) {
    return null;
  }
  // The summary is made of the reasons: a single one that it says already is not said again.
  const [only] = answer.reasons;
  if (answer.reasons.length === 1 && answer.summary.includes(only!.text)) {
    return (
      <>
        {only!.action && (
          <section className="jp-ogai-Explain-advice">
            <h3>{trans.__('What to do')}</h3>
            <Advice text={only!.action} words={words} showLog={showLog} />
          </section>
        )}
        {evidenceOf(only!).length > 0 && (
          <section>
            <h3>{trans.__('What this rests on')}</h3>
            <Evidence reason={only!} words={words} />
          </section>
        )}
      </>
    );
  }
  return (
    <section>
      <h3>{trans.__('Reasons')}</h3>
      <ul className="jp-ogai-Explain-reasons">
        {answer.reasons.map((reason, number) => (
          <li key={number}>
            <p>{plain(reason.text)}</p>
            {reason.action && (
              <div className="jp-ogai-Explain-advice">
                <b>{trans.__('What to do')}</b>
                <Advice text={reason.action} words={words} showLog={showLog} />
              </div>
            )}
            <Evidence reason={reason} words={words} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What to do, and a button where it says to read the log. */
function Advice(props: { text: string; words: Words; showLog: () => void }): React.JSX.Element {
  const { text, words, showLog } = props;
  return (
    <div className="jp-ogai-Explain-action">
      <p>{plain(text)}</p>
      {namesLog(text) && (
        <button className="jp-ogai-Button" onClick={showLog}>
          {words.trans.__('Open Log')}
        </button>
      )}
    </div>
  );
}

/** Whether an advice is to read the log: the command is the same in every language. */
function namesLog(advice: string): boolean {
  return /\bogai logs\b/.test(advice);
}

function evidenceOf({ evidence }: Reason): [string, unknown][] {
  return Object.entries(evidence).filter(
    ([name, value]) => name !== 'tail' && value !== null && JSON.stringify(value) !== '[]'
  );
}

function Evidence(props: { reason: Reason; words: Words }): React.JSX.Element | null {
  const { words } = props;
  const pairs = evidenceOf(props.reason);
  if (pairs.length === 0) {
    return null;
  }
  return (
    <dl className="jp-ogai-Explain-evidence" translate="no" aria-label={words.trans.__('Evidence')}>
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>{plain(name.replace(/_/g, ' '))}</dt>
          <dd>{evidenceText(value, words)}</dd>
        </div>
      ))}
    </dl>
  );
}

function evidenceText(value: unknown, words: Words): string {
  if (typeof value === 'number') {
    return words.number(value);
  }
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value as Record<string, unknown>);
    return pairs
      .filter(([, item]) => item !== null)
      .map(([name, item]) => {
        const text =
          typeof item === 'object' ? plain(JSON.stringify(item)) : evidenceText(item, words);
        return Array.isArray(value) ? text : `${plain(name)} ${text}`;
      })
      .join(', ');
  }
  return plain(String(value));
}

function Ahead(props: {
  answer: Explanation;
  words: Words;
  open: (id: string) => void;
}): React.JSX.Element | null {
  const { answer, words, open } = props;
  const { trans } = words;
  if (answer.ahead.length === 0) {
    return null;
  }
  return (
    <section>
      <h3>{trans.__('Ahead of it')}</h3>
      <table className="jp-ogai-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Job')}</th>
            <th scope="col">{trans.__('State')}</th>
            <th scope="col">{trans.__('Owner')}</th>
            <th scope="col">{trans.__('Cores')}</th>
            <th scope="col">{trans.__('GPUs')}</th>
            <th scope="col">{trans.__('Ends in about')}</th>
          </tr>
        </thead>
        <tbody>
          {answer.ahead.map(other => {
            const Icon = stateIcons[other.state];
            return (
              <tr key={other.id} data-state={other.state}>
                <td>
                  <button className="jp-ogai-Link" onClick={() => open(other.id)}>
                    {other.name}
                  </button>
                </td>
                <td>
                  <span className="jp-ogai-Table-state">
                    <Icon.react tag="span" className="jp-ogai-State" />
                    {words.state(other.state)}
                  </span>
                </td>
                <td>{other.owner}</td>
                <td>{words.number(other.cpus)}</td>
                <td>{words.number(other.gpus)}</td>
                <td>
                  {typeof other.seconds_left === 'number'
                    ? words.duration(other.seconds_left)
                    : trans.__('not known')}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** What a failed job said last; with a way to its log where no advice has one. */
function Failure(props: {
  job: Job;
  words: Words;
  showLog: (() => void) | undefined;
}): React.JSX.Element | null {
  const { job, words, showLog } = props;
  const { trans } = words;
  const tail = job.exit?.tail ?? [];
  if (job.state !== 'failed' || tail.length === 0) {
    return null;
  }
  const rank = job.exit?.first?.rank;
  return (
    <section>
      <h3>
        {rank === undefined
          ? trans.__('Its last words')
          : trans.__('The last words of rank %1, which failed first', rank)}
      </h3>
      <pre tabIndex={0}>{tail.map(plain).join('\n')}</pre>
      {showLog && (
        <button className="jp-ogai-Button" onClick={showLog}>
          {trans.__('Open Log')}
        </button>
      )}
    </section>
  );
}
