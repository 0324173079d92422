import type { IChartWords } from './chart-words';

/** One curve. `x` ascends; where `y` is null or not finite, the line has a gap. */
export interface ISeries {
  /** What tells this series from the others of the chart, from one `set` to the next. */
  key: string;
  label: string;
  /** An index of the palette; its place among the series when absent. */
  colour?: number;
  dashed?: boolean;
  x: ArrayLike<number>;
  y: ArrayLike<number | null>;
  /** The lower and the upper edge of a band around the curve, point by point. */
  low?: ArrayLike<number | null>;
  high?: ArrayLike<number | null>;
}

export interface IChartOptions {
  title: string;
  /** The name of what runs along the x axis. */
  x: string;
  /** The name or unit of what runs along the y axis. */
  y?: string;
  log?: boolean;
  /** What the y axis shows at least: `[0, 100]` of a share in percent. */
  limits?: Range;
  /** How much of the past each point keeps, 0 to 0.999; the raw curve stays faint behind. */
  smoothing?: number;
  /** The height of the drawing in pixels. */
  height?: number;
  /** Whether x is a moment, in Unix seconds. */
  time?: boolean;
  /** Charts of one group move their cursor and zoom together. */
  group?: string;
  /** The language of numbers and moments, as BCP 47. */
  locale?: string;
  words?: IChartWords;
}

/** A chart in an element. It follows the element's width and the page's theme by itself. */
export interface IChart {
  /** Show these series; the zoom and what the reader has switched off stay. */
  set(series: readonly ISeries[]): void;
  /** Add a point to a series that `set` has named. */
  append(key: string, x: number, y: number | null): void;
  configure(patch: Partial<IChartOptions>): void;
  destroy(): void;
}

/** A part of the x axis. */
export type Range = readonly [from: number, to: number];
