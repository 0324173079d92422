import type { Curve, Curves } from '../../../api/inspection';
import type { ISeries } from '../../../chart/types';

/** What runs along the x axis: steps, seconds since the attempt's first point, or moments. */
export type Axis = 'step' | 'elapsed' | 'moment';

/** Curves that are drawn in one chart at most; more are a carpet. */
export const MOST_SERIES = 24;

/** The points of a job's curves, as they have come so far. */
export class CurveTable {
  /** From where to ask for more. */
  get cursor(): number {
    return this._cursor;
  }

  /** The points of the longest curve. */
  get longest(): number {
    return Math.max(0, ...[...this._curves.values()].map(({ time }) => time.length));
  }

  get curves(): Curve[] {
    return [...this._curves.values()];
  }

  clear(): void {
    this._curves.clear();
    this._cursor = 0;
  }

  /** Take in an answer; return whether it held any point. */
  add({ curves, cursor }: Curves): boolean {
    for (const curve of curves) {
      const key = keyOf(curve);
      const known = this._curves.get(key);
      this._curves.set(key, known ? joined(known, curve) : curve);
    }
    this._cursor = cursor;
    return curves.length > 0;
  }

  private readonly _curves = new Map<string, Curve>();
  private _cursor = 0;
}

/** The name of a curve, the same from one answer to the next. */
export function keyOf({ name, rank, attempt }: Curve): string {
  return `${attempt} ${rank} ${name}`;
}

/** The x values and the y values of a curve; x ascends. */
export function columns(curve: Curve, axis: Axis): { x: number[]; y: (number | null)[] } {
  const { step, time, value } = curve;
  const start = time[0] ?? 0;
  const numbered = axis === 'step' && step.every(one => one !== null);
  const x = time.map((moment, place) => {
    switch (axis) {
      case 'step':
        // A program that does not count its steps has at least an order.
        return numbered ? step[place]! : place;
      case 'elapsed':
        return moment - start;
      case 'moment':
        return moment;
    }
  });
  if (x.every((here, place) => place === 0 || here >= x[place - 1]!)) {
    return { x, y: value };
  }
  const order = x.map((_, place) => place).sort((a, b) => x[a]! - x[b]! || a - b);
  return { x: order.map(place => x[place]!), y: order.map(place => value[place]!) };
}

/**
 * The series of one chart. The newest attempt is drawn solid, the ones before it dashed; a colour
 * stands for what tells the curves of the chart apart.
 */
export function seriesOf(
  curves: readonly Curve[],
  axis: Axis,
  label: (curve: Curve) => string
): ISeries[] {
  const newest = Math.max(0, ...curves.map(({ attempt }) => attempt));
  const kinds = [...new Set(curves.map(({ name, rank }) => `${rank} ${name}`))];
  const attempts = [...new Set(curves.map(({ attempt }) => attempt))];
  return curves.slice(-MOST_SERIES).map(curve => ({
    key: keyOf(curve),
    label: label(curve),
    colour:
      kinds.length > 1
        ? kinds.indexOf(`${curve.rank} ${curve.name}`)
        : attempts.length - 1 - attempts.indexOf(curve.attempt),
    dashed: curve.attempt !== newest,
    ...columns(curve, axis)
  }));
}

function joined(known: Curve, more: Curve): Curve {
  return {
    ...known,
    step: known.step.concat(more.step),
    value: known.value.concat(more.value),
    time: known.time.concat(more.time)
  };
}
