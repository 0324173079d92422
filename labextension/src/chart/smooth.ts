/**
 * An exponential moving average without the bias of its start, as TensorBoard draws it: the first
 * points are the mean of what is there so far. Gaps stay gaps and change nothing.
 */
export function smooth(y: ArrayLike<number | null>, weight: number): (number | null)[] {
  const smoothed: (number | null)[] = new Array<number | null>(y.length);
  let mean = 0;
  let missing = 1;
  for (let index = 0; index < y.length; index++) {
    const value = y[index] ?? null;
    if (value === null) {
      smoothed[index] = null;
      continue;
    }
    mean = mean * weight + (1 - weight) * value;
    missing *= weight;
    smoothed[index] = mean / (1 - missing);
  }
  return smoothed;
}
