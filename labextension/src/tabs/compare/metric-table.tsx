import * as React from 'react';

import type { Words } from '../../words';
import { TabCommands } from '../tabs';
import type { IBench } from './compare-tab';
import { evaluate } from './data-choice';
import { evaluationOn, type ISubject, type Outcome } from './models-view';
import { padded, scale } from './statistics';
import { signed, verdictWord } from './verdict';

const SIGNS = { better: '▼', worse: '▲', 'no difference shown': '≈' };

/** Each version's figures, and how far each is from the baseline's. */
export function MetricTable(props: {
  bench: IBench;
  subjects: ISubject[];
  data: string;
  outcomes: Outcome[];
}): React.JSX.Element {
  const { bench, subjects, data, outcomes } = props;
  const { words } = bench.lab;
  const { trans } = words;
  const metrics = [...new Set(subjects.flatMap(one => Object.keys(one.version.metrics)))];
  const ends = outcomes.flatMap(one => (one ? [one.interval.low, one.interval.high] : []));
  const range = padded([0, ...ends], 0.1);
  return (
    <div className="jp-ogai-Compare-scroll">
      <table className="jp-ogai-Table jp-ogai-Metrics">
        <caption>{trans.__('Figures')}</caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Version')}</th>
            <th scope="col">{trans.__('Bits per byte (lower is better)')}</th>
            <th scope="col">{trans.__('Difference, 95 % interval')}</th>
            <th scope="col">{trans.__('Verdict')}</th>
            {metrics.map(name => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">{trans.__('Parameters')}</th>
          </tr>
        </thead>
        <tbody>
          {subjects.map((subject, index) => {
            const outcome = index > 0 ? outcomes[index - 1] : undefined;
            return (
              <tr key={index} className={index === 0 ? 'jp-mod-base' : ''}>
                <th scope="row">{subject.name}</th>
                <td>
                  <Measured bench={bench} subject={subject} data={data} />
                </td>
                <td>
                  {index === 0 ? (
                    trans.__('baseline')
                  ) : outcome ? (
                    <Difference outcome={outcome} range={range} words={words} />
                  ) : (
                    '—'
                  )}
                </td>
                <td data-verdict={outcome?.verdict}>
                  {outcome && (
                    <>
                      <span aria-hidden="true">{SIGNS[outcome.verdict]}</span>{' '}
                      {verdictWord(outcome.verdict, words)}
                    </>
                  )}
                </td>
                {metrics.map(name => {
                  const value = subject.version.metrics[name];
                  return <td key={name}>{value === undefined ? '—' : words.number(value)}</td>;
                })}
                <td>{words.number(subject.version.parameters)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What an evaluation found, or how to come by one. */
function Measured(props: { bench: IBench; subject: ISubject; data: string }): React.JSX.Element {
  const { bench, subject, data } = props;
  const { words } = bench.lab;
  const { trans } = words;
  const found = evaluationOn(subject, data);
  const openJob = (id: string) => (
    <button
      className="jp-ogai-Button"
      onClick={() => void bench.commands.execute(TabCommands.open, { kind: 'job', id })}
    >
      {trans.__('Open the job')}
    </button>
  );
  if (found?.state === 'done') {
    return (
      <>
        {words.number(found.bits_per_byte ?? NaN)}
        {found.reason && (
          <span className="jp-ogai-Metrics-note" title={found.reason}>
            {' '}
            ⚠ {trans.__('lossy tokenizer')}
          </span>
        )}
      </>
    );
  }
  if (found?.state === 'running') {
    return (
      <>
        {trans.__('being measured')} {openJob(found.job)}
      </>
    );
  }
  const again = data && (
    <button className="jp-ogai-Button" onClick={() => void evaluate(bench, [subject], data)}>
      {trans.__('Evaluate')}
    </button>
  );
  return found ? (
    <>
      <span title={found.reason}>{trans.__('failed')}</span> {openJob(found.job)} {again}
    </>
  ) : (
    <>
      {trans.__('not measured')} {again}
    </>
  );
}

const WIDTH = 120;
const HEIGHT = 16;

/** A difference with its interval, as numbers and on a common scale with a line at zero. */
function Difference(props: {
  outcome: NonNullable<Outcome>;
  range: [number, number];
  words: Words;
}): React.JSX.Element {
  const { outcome, range, words } = props;
  const { interval, difference } = outcome;
  const x = scale(range, [2, WIDTH - 2]);
  const middle = HEIGHT / 2;
  return (
    <span className="jp-ogai-Difference">
      <svg width={WIDTH} height={HEIGHT} aria-hidden="true" data-verdict={outcome.verdict}>
        <line className="jp-mod-zero" x1={x(0)} x2={x(0)} y1={0} y2={HEIGHT} />
        <line x1={x(interval.low)} x2={x(interval.high)} y1={middle} y2={middle} />
        <circle cx={x(difference)} cy={middle} r={3.5} />
      </svg>
      <span>
        {signed(difference, words)} ({signed(interval.low, words)} … {signed(interval.high, words)})
      </span>
    </span>
  );
}
