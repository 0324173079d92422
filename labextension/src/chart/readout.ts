import { fill, type IChartWords } from './chart-words';
import type { Curve } from './curve';
import { nearest } from './decimate';
import { formatValue } from './numbers';

/** A curve's value at an x, or its last one when there is no x; a dash where it has none. */
export function valueAt(
  curve: Curve,
  at: number | null,
  options: { smoothing: number; locale: string | undefined }
): string {
  const { smoothing, locale } = options;
  if (at === null) {
    return formatValue(curve.last, locale);
  }
  const end = curve.x[curve.x.length - 1];
  if (end === undefined || at > end || at < curve.x[0]!) {
    return formatValue(null);
  }
  const values = smoothing > 0 ? curve.smoothed(smoothing) : curve.y;
  return formatValue(values[nearest(curve.x, at)], locale);
}

/** The curves in words. */
export function summaryOf(
  curves: readonly Curve[],
  words: IChartWords,
  locale: string | undefined
): string {
  return curves
    .map(({ label, x, y, last }) => {
      const values = y.filter(value => value !== null);
      const low = values.reduce((a, b) => Math.min(a, b), Infinity);
      const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
      const figures = [low, high, last].map(value => formatValue(value, locale));
      return fill(words.summary, label, x.length.toLocaleString(locale), ...figures);
    })
    .join('; ');
}

/** What is there but not drawn, and why. */
export function notesOf(
  curves: readonly Curve[],
  notPositive: number,
  words: IChartWords,
  locale: string | undefined
): string {
  const unbounded = curves.reduce((sum, curve) => sum + curve.unbounded, 0);
  return [
    unbounded ? fill(words.unbounded, unbounded.toLocaleString(locale)) : '',
    notPositive ? fill(words.notPositive, notPositive.toLocaleString(locale)) : ''
  ]
    .filter(Boolean)
    .join(' ');
}
