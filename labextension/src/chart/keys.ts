import { nearest } from './decimate';
import type { Range } from './types';

/** How much a key press narrows or widens the picture. */
const ZOOM = 0.5;

/** Where a key moves the cursor among the points; undefined when it is no such key. */
export function moveOf(
  key: string,
  steps: readonly number[],
  cursor: number | null,
  [from, to]: Range
): number | null | undefined {
  const last = steps.length - 1;
  const here = nearest(steps, cursor ?? to);
  const one = cursor === null ? 0 : 1; // the first press shows the cursor where it is
  const leap = Math.max(1, Math.round(steps.length / 10));
  const moves: Record<string, number> = {
    ArrowLeft: here - one,
    ArrowRight: here + one,
    PageUp: here - leap,
    PageDown: here + leap,
    Home: nearest(steps, from),
    End: nearest(steps, to)
  };
  const move = moves[key];
  return move === undefined ? undefined : (steps[Math.max(0, Math.min(last, move))] ?? null);
}

/** The range that a key zooms to; null for all of it, undefined when it is no such key. */
export function zoomOf(
  key: string,
  shown: Range,
  whole: Range,
  cursor: number | null
): Range | null | undefined {
  const factor = { '+': ZOOM, '=': ZOOM, '-': 1 / ZOOM }[key];
  if (factor === undefined) {
    return key === 'Escape' || key === '0' ? null : undefined;
  }
  const [from, to] = shown;
  const centre = cursor ?? (from + to) / 2;
  const left = Math.max(whole[0], centre - (centre - from) * factor);
  const right = Math.min(whole[1], centre + (to - centre) * factor);
  return left <= whole[0] && right >= whole[1] ? null : [left, right];
}
