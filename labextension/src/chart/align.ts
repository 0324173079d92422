import type { IPoints } from './decimate';

/** One x for all curves; undefined where a curve has no point, null where it has a gap. */
export type Aligned = [x: number[], ...y: (number | null | undefined)[][]];

/**
 * Bring curves with steps of their own onto one x. A curve that has several points at one x keeps
 * them all: a vertical stroke.
 */
export function align(curves: readonly IPoints[]): Aligned {
  const places = curves.map(() => 0);
  const x: number[] = [];
  const columns: (number | null | undefined)[][] = curves.map(() => []);
  for (;;) {
    let next = Infinity;
    curves.forEach((curve, index) => {
      next = Math.min(next, curve.x[places[index]!] ?? Infinity);
    });
    if (next === Infinity) {
      return [x, ...columns];
    }
    x.push(next);
    curves.forEach((curve, index) => {
      const place = places[index]!;
      const here = curve.x[place] === next;
      columns[index]!.push(here ? curve.y[place] : undefined);
      places[index] = place + (here ? 1 : 0);
    });
  }
}
