import * as React from 'react';

import { InspectionApi, type Curve } from '../../api/inspection';
import type { Job } from '../../api/types';
import type { ISeries } from '../../chart';
import { ChartView } from '../../chart/chart-view';
import { Face, ProblemFace } from '../../face';
import { stateIcons } from '../../icons';
import { firstChoice, inOrder } from '../job/curves/selection';
import { shownSpec } from '../job/spec/shown-spec';
import { TabCommands } from '../tabs';
import { useAsked } from './asked';
import type { IBench } from './compare-tab';
import { SideBySide } from './side-by-side';

/** Points of a curve that a chart of this size can show. */
const POINTS = 600;

/** Jobs: how they ended, what they used, their curves over each other, what they were asked for. */
export function JobsView(props: { bench: IBench; ids: string[] }): React.JSX.Element {
  const { bench, ids } = props;
  const { lab } = bench;
  const { words } = lab;
  const { trans } = words;
  const asked = useAsked(bench, ids.join(), signal =>
    Promise.all(
      ids.map(async id => {
        const [job, usage] = await Promise.all([
          lab.scheduler.job(id, signal),
          new InspectionApi(lab.requests, id).usage(signal).catch(() => undefined)
        ]);
        return { job, usage };
      })
    )
  );
  const found = asked.value;
  if (!found) {
    return asked.problem ? (
      <ProblemFace problem={asked.problem} words={words} retry={asked.retry} />
    ) : (
      <Face title={trans.__('Loading…')} />
    );
  }
  const jobs = found.map(one => one.job);
  const metrics = inOrder([...new Set(jobs.flatMap(job => Object.keys(job.metrics)))]);
  const base = jobs[0]!;
  return (
    <>
      <div className="jp-ogai-Compare-scroll">
        <table className="jp-ogai-Table jp-ogai-Metrics">
          <caption>{trans.__('Jobs')}</caption>
          <thead>
            <tr>
              <th scope="col">{trans.__('Job')}</th>
              <th scope="col">{trans.__('State')}</th>
              <th scope="col">{trans.__('Time')}</th>
              <th scope="col">{trans.__('Core hours')}</th>
              <th scope="col">{trans.__('GPU hours')}</th>
              {metrics.map(name => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.map(({ job, usage }, index) => {
              const Icon = stateIcons[job.state];
              return (
                <tr key={job.id} data-state={job.state} className={index ? '' : 'jp-mod-base'}>
                  <th scope="row">
                    <button
                      className="jp-ogai-Sort"
                      title={job.id}
                      onClick={() =>
                        void bench.commands.execute(TabCommands.open, { kind: 'job', id: job.id })
                      }
                    >
                      {job.name}
                    </button>
                  </th>
                  <td>
                    <Icon.react tag="span" className="jp-ogai-State" /> {words.state(job.state)}
                  </td>
                  <td>
                    {job.started
                      ? words.duration((job.ended ?? Date.now() / 1000) - job.started)
                      : '—'}
                  </td>
                  <td>{usage ? words.number(usage.core_hours) : '—'}</td>
                  <td>{usage ? words.number(usage.gpu_hours) : '—'}</td>
                  {metrics.map(name => (
                    <td key={name}>
                      <Metric
                        value={job.metrics[name]}
                        base={index ? base.metrics[name] : null}
                        bench={bench}
                      />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {metrics.length > 0 && <Curves bench={bench} jobs={jobs} metrics={metrics} />}
      <SideBySide
        title={trans.__('What was asked for')}
        names={jobs.map(job => job.name)}
        documents={jobs.map(job => shownSpec(job.spec, false))}
        words={words}
      />
    </>
  );
}

/** A last value, and how far it is from the baseline's. */
function Metric(props: {
  value: number | null | undefined;
  base: number | null | undefined;
  bench: IBench;
}): React.JSX.Element {
  const { value, base, bench } = props;
  const { words } = bench.lab;
  if (typeof value !== 'number') {
    return <>—</>;
  }
  const change = typeof base === 'number' && base !== 0 ? (value - base) / Math.abs(base) : null;
  return (
    <>
      {words.number(value)}
      {change !== null && (
        <span className="jp-ogai-Metrics-note">
          {' '}
          {change > 0 ? '+' : change < 0 ? '−' : '±'}
          {words.number(Math.abs(Math.round(change * 1000) / 10))} %
        </span>
      )}
    </>
  );
}

/** One metric of all jobs in one chart, by step. */
function Curves(props: { bench: IBench; jobs: Job[]; metrics: string[] }): React.JSX.Element {
  const { bench, jobs, metrics } = props;
  const { words, requests } = bench.lab;
  const { trans } = words;
  const [chosen, setChosen] = React.useState('');
  const [log, setLog] = React.useState(false);
  const metric = metrics.includes(chosen) ? chosen : firstChoice(metrics)[0]!;
  const key = JSON.stringify([metric, jobs.map(job => job.id)]);
  const asked = useAsked(bench, key, signal =>
    Promise.all(
      jobs.map(job =>
        new InspectionApi(requests, job.id)
          .curves({ name: [metric], rank: null, points: POINTS }, signal)
          .then(({ curves }) => curves)
      )
    )
  );
  const series = React.useMemo(
    () => (asked.value ?? []).flatMap((curves, index) => seriesOf(jobs[index]!, curves, index)),
    [asked.value]
  );
  return (
    <section aria-label={trans.__('Curves')}>
      <h3>{trans.__('Curves')}</h3>
      <div className="jp-ogai-Bar">
        <label>
          {trans.__('Metric')}
          <select value={metric} onChange={event => setChosen(event.target.value)}>
            {metrics.map(name => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input type="checkbox" checked={log} onChange={event => setLog(event.target.checked)} />
          {trans.__('Log scale')}
        </label>
      </div>
      {asked.problem && <ProblemFace problem={asked.problem} words={words} retry={asked.retry} />}
      <ChartView
        series={series}
        options={{ title: metric, x: trans.__('step'), log, height: 260 }}
        words={words}
      />
    </section>
  );
}

/** The curves of a job: of its lowest rank that told any, the last attempt drawn whole. */
function seriesOf(job: Job, curves: Curve[], index: number): ISeries[] {
  const rank = Math.min(...curves.map(curve => curve.rank));
  const last = Math.max(...curves.map(curve => curve.attempt));
  return curves
    .filter(curve => curve.rank === rank)
    .map(curve => ({
      key: `${job.id} ${curve.attempt}`,
      label: curve.attempt === last ? job.name : `${job.name} · ${curve.attempt}`,
      colour: index,
      dashed: curve.attempt !== last,
      x: curve.step.map((step, place) => step ?? place),
      y: curve.value
    }));
}
