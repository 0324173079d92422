import type { Range } from './types';

/** Points that are ready to be drawn: ascending, null where the line has a gap. */
export interface IPoints {
  x: number[];
  y: (number | null)[];
}

/** The first index at which an ascending `x` reaches a value. */
export function lowerBound(x: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The first index at which an ascending `x` passes a value. */
export function upperBound(x: ArrayLike<number>, value: number): number {
  let end = lowerBound(x, value);
  while (end < x.length && x[end] === value) {
    end++;
  }
  return end;
}

/** The index of the point nearest to a value; -1 when there is none. */
export function nearest(x: ArrayLike<number>, value: number): number {
  const after = lowerBound(x, value);
  if (after === 0 || after === x.length) {
    return after === 0 ? (x.length ? 0 : -1) : after - 1;
  }
  return value - x[after - 1]! <= x[after]! - value ? after - 1 : after;
}

/**
 * The part of a curve within a range, in at most about two points a bucket: each bucket's lowest
 * and highest in the order in which they came, so that no spike is lost, and its first gap.
 * One point to each side of the range is kept, so that the line runs out of the picture.
 */
export function decimate(
  x: ArrayLike<number>,
  y: ArrayLike<number | null>,
  range: Range,
  buckets: number
): IPoints {
  const from = Math.max(0, lowerBound(x, range[0]) - 1);
  const to = Math.min(x.length, upperBound(x, range[1]) + 1);
  const kept: IPoints = { x: [], y: [] };
  const keep = (index: number) => {
    kept.x.push(x[index]!);
    kept.y.push(y[index]!);
  };
  if (to - from <= 2 * buckets || !(range[1] > range[0])) {
    for (let index = from; index < to; index++) {
      keep(index);
    }
    return kept;
  }
  const scale = buckets / (range[1] - range[0]);
  const bucketOf = (index: number) => Math.floor((x[index]! - range[0]) * scale);
  let index = from;
  while (index < to) {
    const bucket = bucketOf(index);
    let low = -1;
    let high = -1;
    let gap = -1;
    for (; index < to && bucketOf(index) === bucket; index++) {
      const value = y[index] ?? null;
      if (value === null) {
        gap = gap < 0 ? index : gap;
        continue;
      }
      low = low < 0 || value < y[low]! ? index : low;
      high = high < 0 || value > y[high]! ? index : high;
    }
    const chosen = [...new Set([low, high, gap])].filter(place => place >= 0);
    chosen.sort((a, b) => a - b).forEach(keep);
  }
  return kept;
}
