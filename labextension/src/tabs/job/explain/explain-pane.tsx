import * as React from 'react';

import { plain } from '../../../ansi';
import type { Explanation, Job } from '../../../api/types';
import { Face, ProblemFace } from '../../../face';
import { stateIcons } from '../../../icons';
import type { Words } from '../../../words';
import { TabCommands } from '../../tabs';
import { useLoaded } from '../loaded';
import type { IPaneProps } from '../pane-props';
import { namesLog, Reasons } from './reasons';

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
  const showLog = () => {
    model.pane = 'logs';
  };
  const sent = answer.reasons.some(({ action }) => namesLog(action));
  return (
    <div className="jp-ogai-Explain" data-state={answer.state}>
      <Reasons answer={answer} words={words} showLog={showLog} />
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
      <Ahead
        answer={answer}
        words={words}
        open={id => void commands.execute(TabCommands.open, { kind: 'job', id })}
      />
      <Failure job={job} words={words} showLog={sent ? undefined : showLog} />
    </div>
  );
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
