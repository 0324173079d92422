import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { mount } from './chart';
import type { IChartWords } from './chart-words';
import type { IChart, IChartOptions, ISeries } from './types';
import type { Words } from '../words';

/** A chart as a React component. `series` is drawn anew when it is another array than before. */
export function ChartView(props: {
  series: readonly ISeries[];
  options: Omit<IChartOptions, 'words' | 'locale'>;
  words: Words;
  /** Receives the chart, for points that come one by one; null when it is gone. */
  onChart?: (chart: IChart | null) => void;
}): React.JSX.Element {
  const { series, options, words, onChart } = props;
  const host = React.useRef<HTMLDivElement>(null);
  const [chart, setChart] = React.useState<IChart | null>(null);
  const told = React.useRef(onChart);
  told.current = onChart;
  React.useEffect(() => {
    const made = mount(host.current!, {
      ...options,
      words: chartWords(words.trans),
      locale: words.locale
    });
    setChart(made);
    told.current?.(made);
    return () => {
      made.destroy();
      told.current?.(null);
    };
    // What a chart is called and where it stands may change; that it is there does not.
  }, [words]);
  const settings = JSON.stringify(options);
  const first = React.useRef(true);
  React.useEffect(() => {
    if (!first.current) {
      chart?.configure(JSON.parse(settings) as Partial<IChartOptions>);
    }
    first.current = false;
  }, [settings]);
  React.useEffect(() => chart?.set(series), [chart, series]);
  return <div ref={host} />;
}

/** The words of a chart, in the reader's language. */
export function chartWords(trans: TranslationBundle): IChartWords {
  return {
    empty: trans.__('No points yet.'),
    hint: trans.__('Left and right read the points, plus and minus zoom, Escape shows all.'),
    reset: trans.__('Show all'),
    table: trans.__('Show as a table'),
    page: trans.__('%1 to %2 of %3'),
    previous: trans.__('Previous'),
    next: trans.__('Next'),
    unbounded: trans.__('Points not drawn: %1 (not finite).'),
    notPositive: trans.__('Points not drawn: %1 (not above zero, on a log scale).'),
    summary: trans.__('%1: %2 points, from %3 to %4, last %5')
  };
}
