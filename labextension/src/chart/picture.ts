import { align, type Aligned } from './align';
import type { Curve } from './curve';
import { decimate, type IPoints } from './decimate';
import type { Range } from './types';

/** One line of the drawing: a curve, the faint raw curve behind a smoothed one, an edge of a band. */
export interface ILine {
  curve: number;
  kind: 'main' | 'raw' | 'low' | 'high';
}

/** What is drawn: the lines from back to front, and their points on one x. */
export interface IPicture {
  lines: ILine[];
  data: Aligned;
  /** How many points cannot be drawn, for a log scale has no place for them. */
  notPositive: number;
}

/** The lines that a set of curves needs; they change only with the curves and the smoothing. */
export function linesOf(curves: readonly Curve[], smoothing: number): ILine[] {
  const behind: ILine[] = [];
  const front: ILine[] = [];
  curves.forEach(({ low, high }, curve) => {
    if (low && high) {
      behind.push({ curve, kind: 'high' }, { curve, kind: 'low' });
    }
    if (smoothing > 0) {
      behind.push({ curve, kind: 'raw' });
    }
    front.push({ curve, kind: 'main' });
  });
  return [...behind, ...front];
}

/** Draw the curves within a range into a number of buckets. */
export function compose(
  curves: readonly Curve[],
  options: {
    log: boolean;
    smoothing: number;
    range: Range;
    buckets: number;
    hidden: ReadonlySet<string>;
  }
): IPicture {
  const { log, smoothing, range, buckets, hidden } = options;
  const lines = linesOf(curves, smoothing);
  let notPositive = 0;
  const drawn = lines.map(({ curve: index, kind }): IPoints => {
    const curve = curves[index]!;
    if (hidden.has(curve.key)) {
      return { x: [], y: [] };
    }
    const y = valuesOf(curve, kind, smoothing);
    const points = decimate(curve.x, log ? y.map(positive) : y, range, buckets);
    if (log && kind === 'main') {
      notPositive += curve.y.filter(value => value !== null && value <= 0).length;
    }
    return points;
  });
  return { lines, data: align(drawn), notPositive };
}

/** The first and last x of all curves; undefined when no curve has a point. */
export function extent(curves: readonly Curve[]): Range | undefined {
  const filled = curves.filter(curve => curve.x.length > 0);
  return filled.length === 0
    ? undefined
    : [
        Math.min(...filled.map(curve => curve.x[0]!)),
        Math.max(...filled.map(curve => curve.x[curve.x.length - 1]!))
      ];
}

function valuesOf(curve: Curve, kind: ILine['kind'], smoothing: number): (number | null)[] {
  switch (kind) {
    case 'low':
      return curve.low!;
    case 'high':
      return curve.high!;
    case 'raw':
      return curve.y;
    case 'main':
      return smoothing > 0 ? curve.smoothed(smoothing) : curve.y;
  }
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}
