import { decimate } from './decimate';

/** The line through some values, and the area below it, as SVG paths. Nulls make gaps. */
export function sparkPath(
  values: readonly (number | null)[],
  options: { width: number; height: number; range?: readonly [low: number, high: number] }
): { line: string; area: string } {
  const { width, height } = options;
  const places = values.map((_value, index) => index);
  const end = Math.max(1, values.length - 1);
  const { x, y } = decimate(places, values, [0, end], width);
  const known = y.filter(value => value !== null && Number.isFinite(value)) as number[];
  const [low, high] = options.range ?? [Math.min(...known), Math.max(...known)];
  const inset = 1;
  const across = (place: number) => round((place / end) * width);
  const up = (value: number) => {
    const share = high > low ? (Math.min(high, Math.max(low, value)) - low) / (high - low) : 0.5;
    return round(height - inset - share * (height - 2 * inset));
  };
  const strokes: string[][] = [[]];
  x.forEach((place, index) => {
    const value = y[index] ?? null;
    if (value === null || !Number.isFinite(value)) {
      strokes.push([]);
    } else {
      strokes[strokes.length - 1]!.push(`${across(place)},${up(value)}`);
    }
  });
  const drawn = strokes.filter(stroke => stroke.length > 0);
  return {
    // A lone point is a dot: a stroke of no length with round ends.
    line: drawn
      .map(stroke => `M${[...stroke, stroke[0]].slice(0, Math.max(2, stroke.length)).join('L')}`)
      .join(''),
    area: drawn
      .filter(stroke => stroke.length > 1)
      .map(stroke => {
        const left = stroke[0]!.split(',')[0]!;
        const right = stroke[stroke.length - 1]!.split(',')[0]!;
        return `M${left},${height}L${stroke.join('L')}L${right},${height}Z`;
      })
      .join('')
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
