import * as React from 'react';

import type { Comparison } from '../../api/comparisons';
import type { Words } from '../../words';
import { histogram, padded, scale, ticks } from './statistics';

const WIDTH = 360;
const HEIGHT = 220;
const LEFT = 48;
const BOTTOM = 36;
const TOP = 8;
const RIGHT = 10;
const FEWEST_BARS = 8;
const MOST_BARS = 40;

interface IPlot {
  scores: readonly (readonly [string, number, number])[];
  base: string;
  other: string;
  words: Words;
}

/** The documents of a comparison: how they differ, and each by both scores. */
export function PairedPlots(props: {
  outcome: Comparison;
  base: string;
  other: string;
  words: Words;
}): React.JSX.Element {
  const { outcome, base, other, words } = props;
  const { trans } = words;
  const scores = outcome.scores as unknown as IPlot['scores'];
  const plot = { scores, base, other, words };
  return (
    <section className="jp-ogai-Plots" aria-label={trans.__('Documents in pairs')}>
      <Differences {...plot} />
      <Scatter {...plot} />
      {outcome.shared > scores.length && (
        <p>{trans.__('Drawn: the first %1 of %2 documents.', scores.length, outcome.shared)}</p>
      )}
    </section>
  );
}

/** How many documents differ by how much. */
function Differences({ scores, base, other, words }: IPlot): React.JSX.Element {
  const { trans } = words;
  const bars = React.useMemo(
    () =>
      histogram(
        scores.map(([, before, after]) => after - before),
        Math.min(MOST_BARS, Math.max(FEWEST_BARS, Math.ceil(2 * Math.sqrt(scores.length))))
      ),
    [scores]
  );
  const range: [number, number] = [bars[0]?.low ?? -1, bars.at(-1)?.high ?? 1];
  const x = scale(range, [LEFT, WIDTH - RIGHT]);
  const most = Math.max(1, ...bars.map(bar => bar.count));
  const y = scale([0, most], [HEIGHT - BOTTOM, TOP]);
  const title = trans.__('Differences: %1 minus %2, bits per byte', other, base);
  const better = scores.filter(([, before, after]) => after < before).length;
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={trans.__(
          '%1. Better on %2 of %3 documents.',
          title,
          words.number(better),
          words.number(scores.length)
        )}
      >
        <Axes x={x} y={y} xs={ticks(range)} ys={ticks([0, most], 4)} words={words} />
        {bars.map(({ low, high, count }) => (
          <rect
            key={low}
            className={high <= 0 ? 'jp-mod-better' : low >= 0 ? 'jp-mod-worse' : ''}
            x={x(low) + 0.5}
            y={y(count)}
            width={Math.max(1, x(high) - x(low) - 1)}
            height={HEIGHT - BOTTOM - y(count)}
          />
        ))}
        <line className="jp-mod-zero" x1={x(0)} x2={x(0)} y1={TOP} y2={HEIGHT - BOTTOM} />
        <text x={LEFT} y={HEIGHT - 4}>
          ◀ {trans.__('better')}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 4} textAnchor="end">
          {trans.__('worse')} ▶
        </text>
      </svg>
      <details>
        <summary>{trans.__('Show as a table')}</summary>
        <table className="jp-ogai-Table">
          <thead>
            <tr>
              <th scope="col">{trans.__('From')}</th>
              <th scope="col">{trans.__('To')}</th>
              <th scope="col">{trans.__('Documents')}</th>
            </tr>
          </thead>
          <tbody>
            {bars
              .filter(bar => bar.count > 0)
              .map(({ low, high, count }) => (
                <tr key={low}>
                  <td>{words.number(low)}</td>
                  <td>{words.number(high)}</td>
                  <td>{words.number(count)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** Each document by its score under both; on the line both are the same. */
function Scatter({ scores, base, other, words }: IPlot): React.JSX.Element {
  const { trans } = words;
  const range = React.useMemo(
    () => padded(scores.flatMap(([, before, after]) => [before, after])),
    [scores]
  );
  const x = scale(range, [LEFT, WIDTH - RIGHT]);
  const y = scale(range, [HEIGHT - BOTTOM, TOP]);
  // One path for all: ten thousand elements would be slow to lay out.
  const paths = React.useMemo(() => {
    const dot = ([, before, after]: IPlot['scores'][number]) =>
      `M${x(before).toFixed(1)} ${y(after).toFixed(1)}h0`;
    return [
      scores
        .filter(([, before, after]) => after < before)
        .map(dot)
        .join(''),
      scores
        .filter(([, before, after]) => after >= before)
        .map(dot)
        .join('')
    ];
  }, [scores]);
  const title = trans.__('Each document: %1 (across) and %2 (up), bits per byte', base, other);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={trans.__(
          '%1. Below the line %2 is better. The documents are listed below.',
          title,
          other
        )}
      >
        <Axes x={x} y={y} xs={ticks(range)} ys={ticks(range)} words={words} />
        <line
          className="jp-mod-zero"
          x1={x(range[0])}
          y1={y(range[0])}
          x2={x(range[1])}
          y2={y(range[1])}
        />
        <path className="jp-mod-better" d={paths[0]} />
        <path className="jp-mod-worse" d={paths[1]} />
        <text x={WIDTH - RIGHT} y={HEIGHT - BOTTOM - 6} textAnchor="end">
          {trans.__('%1 is better here', other)}
        </text>
      </svg>
    </figure>
  );
}

function Axes(props: {
  x: (value: number) => number;
  y: (value: number) => number;
  xs: number[];
  ys: number[];
  words: Words;
}): React.JSX.Element {
  const { x, y, xs, ys, words } = props;
  return (
    <g className="jp-ogai-Axes">
      {ys.map(value => (
        <React.Fragment key={value}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
          <text x={LEFT - 5} y={y(value) + 3} textAnchor="end">
            {words.number(value)}
          </text>
        </React.Fragment>
      ))}
      {xs.map(value => (
        <text key={value} x={x(value)} y={HEIGHT - BOTTOM + 14} textAnchor="middle">
          {words.number(value)}
        </text>
      ))}
    </g>
  );
}
