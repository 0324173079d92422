/** One bar of a histogram: from `low` to `high`, `count` values. */
export interface IBar {
  low: number;
  high: number;
  count: number;
}

/**
 * Count values in bars of the same width, one edge of which is zero: better and worse never share
 * a bar.
 */
export function histogram(values: readonly number[], most = 40): IBar[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) {
    return [];
  }
  const low = Math.min(0, ...extremes(finite));
  const high = Math.max(0, ...extremes(finite));
  if (low === high) {
    return [{ low, high, count: finite.length }];
  }
  const width = (high - low) / most;
  const first = Math.floor(low / width);
  const count = Math.ceil(high / width) - first || 1;
  const bars = Array.from({ length: count }, (_, index) => ({
    low: (first + index) * width,
    high: (first + index + 1) * width,
    count: 0
  }));
  for (const value of finite) {
    const index = Math.min(count - 1, Math.max(0, Math.floor(value / width) - first));
    bars[index]!.count += 1;
  }
  return bars;
}

/** A linear scale from numbers to pixels. */
export function scale(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number]
): (value: number) => number {
  const span = high - low || 1;
  return value => start + ((value - low) / span) * (end - start);
}

/** The smallest and the largest, with some room on both sides. */
export function padded(values: readonly number[], share = 0.05): [number, number] {
  const [low, high] = extremes(values);
  const room = (high - low || Math.abs(high) || 1) * share;
  return [low - room, high + room];
}

/** A few round numbers between two. */
export function ticks([low, high]: readonly [number, number], most = 5): number[] {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(times => times * power).find(one => one >= rough) ?? rough;
  const found: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high + step * 1e-9; at++) {
    found.push(at * step);
  }
  return found;
}

/** Never by spreading: there may be more values than a call takes arguments. */
function extremes(values: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
