import uPlot from 'uplot';

import type { Curve } from './curve';
import { nearest } from './decimate';
import { dashOf, paletteIndex } from './legend';
import { formatTicks, formatValue, logTicks } from './numbers';
import type { ILine } from './picture';
import type { IColours } from './theme';
import type { IChartOptions, Range } from './types';

const PAD = 0.06;
const AXIS_SPACE = 34;

/** What a plot asks its chart while it draws. */
export interface IPlotHost {
  readonly options: IChartOptions;
  readonly curves: readonly Curve[];
  readonly colours: IColours;
  readonly range: Range;
  pointed(): void;
  selected(range: Range): void;
  reset(): void;
}

/** The settings of uPlot for a set of lines. Colours and range are asked for at each drawing. */
export function plotOptions(
  host: IPlotHost,
  lines: readonly ILine[],
  size: { width: number; height: number },
  font: string
): uPlot.Options {
  const { log = false, time = false, locale } = host.options;
  const axis = {
    stroke: () => host.colours.text,
    font,
    grid: { stroke: () => host.colours.grid, width: 1 },
    ticks: { show: false }
  };
  const yTicks = {
    splits: (_u: uPlot, _axis: number, low: number, high: number) =>
      logTicks(low, high, Math.max(2, size.height / AXIS_SPACE)),
    filter: (_u: uPlot, splits: number[]) => splits
  };
  return {
    ...size,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    focus: { alpha: 0.25 },
    scales: {
      x: { time, range: () => [...host.range] },
      y: {
        distr: log ? uPlot.Scale.Distr.Logarithmic : uPlot.Scale.Distr.Linear,
        range: (_u, low, high) => yRange(low, high, log, host.options.limits)
      }
    },
    axes: [
      {
        ...axis,
        space: 80,
        size: 26,
        values: (_u, splits) =>
          time ? splits.map(moment(locale, splits)) : formatTicks(splits, locale)
      },
      {
        ...axis,
        ...(log ? yTicks : {}),
        space: AXIS_SPACE,
        gap: 4,
        size: (u, values) => widest(u, values),
        values: (_u, splits) =>
          log ? splits.map(value => formatValue(value, locale)) : formatTicks(splits, locale)
      }
    ],
    series: [{}, ...lines.map(line => lineOptions(host, line))],
    bands: bandsOf(host, lines),
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 6 },
      focus: { prox: -1 },
      points: { size: 8, width: 2, stroke: () => host.colours.ground },
      dataIdx: (u, series, _index, x) => {
        const line = lines[series - 1];
        return line && line.kind !== 'main' ? null : pointOf(u, series, x);
      },
      bind: {
        dblclick: () => () => {
          host.reset();
          return null;
        }
      }
    },
    hooks: {
      setCursor: [() => host.pointed()],
      setSelect: [
        u => {
          const { left, width } = u.select;
          if (width > 0) {
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            host.selected([u.posToVal(left, 'x'), u.posToVal(left + width, 'x')]);
          }
        }
      ]
    }
  };
}

function lineOptions(host: IPlotHost, { curve: index, kind }: ILine): uPlot.Series {
  const curve = host.curves[index]!;
  const colour = () => host.colours.palette[paletteIndex(curve, index)]!;
  const edge = kind === 'low' || kind === 'high';
  return {
    label: curve.label,
    stroke: () => (edge ? 'transparent' : colour() + (kind === 'raw' ? '48' : '')),
    width: kind === 'main' ? 1.75 : 1,
    ...(dashOf(curve, index) && kind === 'main' ? { dash: [6, 4] } : {}),
    // A single point makes no line: it is drawn as a dot.
    points: {
      show: (u, series) => kind === 'main' && alone(u.data[series]!),
      size: 6,
      fill: colour
    }
  };
}

function bandsOf(host: IPlotHost, lines: readonly ILine[]): uPlot.Band[] {
  return lines.flatMap(({ curve: index, kind }, place) => {
    if (kind !== 'high') {
      return [];
    }
    const fill = () => `${host.colours.palette[paletteIndex(host.curves[index]!, index)]!}2e`;
    return [{ series: [place + 1, place + 2] as [number, number], fill }];
  });
}

/** The place of a line's point nearest to an x; null outside of where the line is. */
function pointOf(u: uPlot, series: number, x: number): number | null {
  const steps = u.data[0] as number[];
  const values = u.data[series] as (number | null | undefined)[];
  const centre = nearest(steps, x);
  if (series === 0 || centre < 0) {
    return centre < 0 ? null : centre;
  }
  for (let distance = 0; distance < steps.length; distance++) {
    for (const place of [centre - distance, centre + distance]) {
      if (typeof values[place] === 'number') {
        return place;
      }
    }
  }
  return null;
}

function yRange(
  low: number | null,
  high: number | null,
  log: boolean,
  limits: Range | undefined
): [number, number] {
  if (limits) {
    return [Math.min(limits[0], low ?? limits[0]), Math.max(limits[1], high ?? limits[1])];
  }
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) {
    return log ? [1, 10] : [0, 1];
  }
  if (log) {
    const room = high > low ? (high / low) ** PAD : 2;
    return [low / room, high * room];
  }
  const room = high > low ? (high - low) * PAD : Math.abs(high) * 0.1 || 1;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

function alone(values: ArrayLike<unknown>): boolean {
  let count = 0;
  for (let index = 0; index < values.length && count < 2; index++) {
    count += typeof values[index] === 'number' ? 1 : 0;
  }
  return count === 1;
}

function widest(u: uPlot, values: readonly string[] | null): number {
  const ratio = devicePixelRatio || 1;
  const widths = (values ?? []).map(text => u.ctx.measureText(text).width / ratio);
  return Math.ceil(Math.max(24, ...widths)) + 12;
}

function moment(locale: string | undefined, splits: readonly number[]): (value: number) => string {
  const step = splits.length > 1 ? splits[1]! - splits[0]! : 0;
  const format = new Intl.DateTimeFormat(
    locale,
    step >= 86_400
      ? { month: 'short', day: 'numeric' }
      : step >= 60 || step === 0
        ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
        : { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }
  );
  return value => format.format(value * 1000);
}
