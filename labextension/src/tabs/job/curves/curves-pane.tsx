import * as React from 'react';

import { plain } from '../../../ansi';
import type { Curve } from '../../../api/inspection';
import { isFinal, worldSize, type Job } from '../../../api/types';
import { ChartView } from '../../../chart/chart-view';
import { Face, ProblemFace } from '../../../face';
import type { Words } from '../../../words';
import type { JobModel } from '../job-model';
import { useKept } from '../loaded';
import type { IPaneProps } from '../pane-props';
import { CurveFeed } from './curve-feed';
import { MOST_SERIES, seriesOf } from './curve-table';
import { CurveControls, FIRST_SETTINGS, type ICurveSettings } from './curve-controls';
import { inOrder, shownMetrics } from './selection';

/** The live curves of a job: a chart for each chosen metric, or one for all. */
export function CurvesPane({ model, job }: IPaneProps): React.JSX.Element {
  const { words } = model.lab;
  const { trans } = words;
  const [settings, set] = useKept<ICurveSettings>(model, 'curve settings', FIRST_SETTINGS);
  const names = inOrder(Object.keys(job.metrics));
  const shown = shownMetrics(names, settings.chosen);
  const feed = useFeed(model, job, shown, settings.rank);
  const attempts = [...new Set(feed.curves.map(({ attempt }) => attempt))].sort((a, b) => a - b);

  if (names.length === 0) {
    return <NoMetrics job={job} words={words} />;
  }
  if (feed.problem && feed.curves.length === 0) {
    const retry = () => feed.reload();
    return <ProblemFace problem={feed.problem} words={words} retry={retry} />;
  }
  const curves = feed.curves.filter(
    ({ name, attempt }) => shown.includes(name) && !settings.hidden.includes(attempt)
  );
  const axis = {
    step: trans.__('step'),
    elapsed: trans.__('seconds since the start of the attempt'),
    moment: trans.__('time')
  }[settings.axis];
  const groups: [string, Curve[]][] = settings.together
    ? [[shown.join(', '), curves]]
    : shown.map(name => [name, curves.filter(curve => curve.name === name)]);
  return (
    <div className="jp-ogai-Curves">
      <CurveControls
        words={words}
        names={names}
        shown={shown}
        ranks={worldSize(job)}
        attempts={attempts}
        settings={settings}
        set={set}
      />
      {shown.length === 0 ? (
        <Face
          title={trans.__('No metric is chosen')}
          action={{
            label: trans.__('Show the Main Ones'),
            run: () => set({ ...settings, chosen: undefined })
          }}
        />
      ) : (
        <div
          className="jp-ogai-Curves-charts"
          data-together={settings.together || shown.length === 1}
          aria-busy={!feed.ready}
        >
          {groups.map(([title, some]) => (
            <Chart
              key={settings.together ? '' : title}
              title={plain(title)}
              curves={some}
              x={axis}
              settings={settings}
              group={model.id}
              words={words}
              ready={feed.ready}
            />
          ))}
        </div>
      )}
    </div>
  );
}

function Chart(props: {
  title: string;
  curves: readonly Curve[];
  x: string;
  settings: ICurveSettings;
  group: string;
  words: Words;
  ready: boolean;
}): React.JSX.Element {
  const { title, curves, x, settings, group, words, ready } = props;
  const { trans } = words;
  const several = {
    metrics: new Set(curves.map(({ name }) => name)).size > 1,
    ranks: new Set(curves.map(({ rank }) => rank)).size > 1,
    attempts: new Set(curves.map(({ attempt }) => attempt)).size > 1
  };
  const label = ({ name, rank, attempt }: Curve) =>
    [
      (several.metrics || (!several.ranks && !several.attempts)) && plain(name),
      several.ranks && trans.__('rank %1', rank),
      several.attempts && trans.__('attempt %1', attempt)
    ]
      .filter(Boolean)
      .join(' · ');
  const same = useSame(curves);
  const series = React.useMemo(
    () => seriesOf(same, settings.axis, label),
    // A curve stays the same object until points come to it.
    [same, settings.axis, words]
  );
  return (
    <figure className="jp-ogai-Curves-chart">
      {curves.length > MOST_SERIES && (
        <figcaption>{trans.__('the last %1 of %2 curves', MOST_SERIES, curves.length)}</figcaption>
      )}
      {ready || curves.length > 0 ? (
        <ChartView
          series={series}
          words={words}
          options={{
            title,
            x,
            log: settings.log,
            smoothing: settings.smoothing,
            height: settings.together ? 420 : 220,
            time: settings.axis === 'moment',
            group: `ogai-job-${group}-${settings.axis}`
          }}
        />
      ) : (
        <p role="status">{trans.__('Loading…')}</p>
      )}
    </figure>
  );
}

function NoMetrics(props: { job: Job; words: Words }): React.JSX.Element {
  const { job, words } = props;
  const { trans } = words;
  const text =
    job.state === 'queued'
      ? trans.__('Curves begin when the job does. The program reports its numbers like this:')
      : isFinal(job)
        ? trans.__('This job reported no numbers. A program reports them like this:')
        : trans.__('As soon as the program reports numbers, they are drawn here:');
  return (
    <Face
      title={trans.__('No metrics yet')}
      text={text}
      code={'import ogai_lab\n\nogai_lab.log({"loss": loss}, step=step)'}
    />
  );
}

/** The feed of this pane: it is told when the job moves, and asks only while the tab is seen. */
function useFeed(
  model: JobModel,
  job: Job,
  shown: readonly string[],
  rank: number | null
): CurveFeed {
  const [feed] = React.useState(() => new CurveFeed(model.api));
  const [, draw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const onChanged = () => draw();
    feed.changed.connect(onChanged);
    return () => {
      feed.changed.disconnect(onChanged);
      feed.pause();
    };
  }, [feed]);
  React.useEffect(() => {
    if (model.shown) {
      feed.choose(shown, rank);
    } else {
      feed.pause();
    }
  }, [feed, model.shown, shown.join('\n'), rank]);
  const moved = JSON.stringify([job.version, job.progress?.step, job.metrics]);
  React.useEffect(() => {
    if (model.shown) {
      feed.more();
    }
  }, [feed, model.shown, moved]);
  return feed;
}

/** Return the list of before as long as it has the same members. */
function useSame<T>(list: readonly T[]): readonly T[] {
  const last = React.useRef(list);
  const same =
    last.current.length === list.length && list.every((one, place) => one === last.current[place]);
  if (!same) {
    last.current = list;
  }
  return last.current;
}
