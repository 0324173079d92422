import * as React from 'react';

import { plain } from '../../ansi';
import { Problem } from '../../api/problem';
import type { Explanation, Job } from '../../api/types';
import { stateIcons } from '../../icons';
import type { IOgaiLab } from '../../tokens';
import type { Words } from '../../words';

/** Why a job is where it is, who is ahead of it, and what would change that. */
export function ExplanationView(props: { lab: IOgaiLab; job: Job }): React.JSX.Element {
  const { lab, job } = props;
  const { trans } = lab.words;
  const [answer, setAnswer] = React.useState<Explanation | Problem>();
  React.useEffect(() => {
    let current = true;
    const show = (value: Explanation | Problem) => current && setAnswer(value);
    lab.scheduler.explain(job.id).then(show, (error: unknown) => show(Problem.from(error)));
    return () => {
      current = false;
    };
  }, [lab, job.id, job.version, job.queue_position]);

  return (
    <section className="jp-ogai-Explanation" aria-label={trans.__('Explanation')}>
      {answer === undefined && <p role="status">{trans.__('Looking into it…')}</p>}
      {answer instanceof Problem && (
        <p>{[answer.message, answer.action].filter(Boolean).join(' ')}</p>
      )}
      {answer && !(answer instanceof Problem) && <Answer answer={answer} words={lab.words} />}
      <Failure job={job} words={lab.words} />
    </section>
  );
}

function Answer(props: { answer: Explanation; words: Words }): React.JSX.Element {
  const { answer, words } = props;
  const { trans } = words;
  // The summary is made of the reasons: what it says already is not said again.
  const advice = answer.reasons
    .map(({ text, action }) => [answer.summary.includes(text) ? '' : text, action])
    .map(parts => plain(parts.filter(Boolean).join(' ')))
    .filter(Boolean);
  const ahead = answer.ahead;
  const wouldStart = answer.would_start;
  return (
    <>
      <p className="jp-ogai-Explanation-summary">{plain(answer.summary)}</p>
      {typeof answer.starts_in === 'number' && (
        <p>{trans.__('It should start in about %1.', words.duration(answer.starts_in))}</p>
      )}
      {advice.length > 0 && (
        <ul>
          {advice.map((text, index) => (
            <li key={index}>{text}</li>
          ))}
        </ul>
      )}
      {ahead.length > 0 && (
        <>
          <h3>{trans.__('Ahead of it')}</h3>
          <ul className="jp-ogai-Explanation-ahead">
            {ahead.map(other => {
              const Icon = stateIcons[other.state];
              const left = other.seconds_left;
              return (
                <li key={other.id} data-state={other.state}>
                  <Icon.react tag="span" className="jp-ogai-State" />
                  {[
                    other.name,
                    words.state(other.state),
                    other.owner,
                    typeof left === 'number' && trans.__('%1 left', words.duration(left))
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </li>
              );
            })}
          </ul>
        </>
      )}
      {wouldStart.length > 0 && (
        <>
          <h3>{trans.__('It would start now')}</h3>
          <ul>
            {wouldStart.map((change, index) => (
              <li key={index}>{change}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Failure(props: { job: Job; words: Words }): React.JSX.Element | null {
  const { job, words } = props;
  const tail = job.exit?.tail ?? [];
  if (job.state !== 'failed' || tail.length === 0) {
    return null;
  }
  const rank = job.exit?.first?.rank;
  return (
    <>
      <h3>
        {rank === undefined
          ? words.trans.__('Its last words')
          : words.trans.__('The last words of rank %1, which failed first', rank)}
      </h3>
      <pre tabIndex={0}>{tail.map(plain).join('\n')}</pre>
    </>
  );
}
