import { smooth } from './smooth';
import type { ISeries } from './types';

type Values = (number | null)[];

/** A series as the chart keeps it: ascending, only finite values, ready to grow. */
export class Curve {
  constructor(series: ISeries) {
    this.label = series.label;
    this.key = series.key;
    this.colour = series.colour;
    this.dashed = series.dashed ?? false;
    this.x = Array.from(series.x);
    this.y = this._clean(series.y);
    if (series.low && series.high) {
      this.low = this._clean(series.low);
      this.high = this._clean(series.high);
    }
    this._sort();
  }

  readonly key: string;
  readonly label: string;
  readonly colour: number | undefined;
  readonly dashed: boolean;
  readonly x: number[];
  readonly y: Values;
  readonly low: Values | undefined;
  readonly high: Values | undefined;

  /** How many values are there but cannot be drawn, for they are not finite. */
  get unbounded(): number {
    return this._unbounded;
  }

  /** Add a point; one that belongs before the last is put in its place. */
  append(x: number, y: number | null): void {
    let place = this.x.length;
    while (place > 0 && this.x[place - 1]! > x) {
      place--;
    }
    const value = y === null || Number.isFinite(y) ? y : null;
    this._unbounded += value === y ? 0 : 1;
    this.x.splice(place, 0, x);
    this.y.splice(place, 0, value);
    this.low?.splice(place, 0, null);
    this.high?.splice(place, 0, null);
    this._smoothed = undefined;
  }

  /** The curve under a moving average. */
  smoothed(weight: number): Values {
    if (this._smoothed?.weight !== weight) {
      this._smoothed = { weight, y: smooth(this.y, weight) };
    }
    return this._smoothed.y;
  }

  /** The last point that has a value. */
  get last(): number | null {
    for (let index = this.y.length - 1; index >= 0; index--) {
      if (this.y[index] !== null) {
        return this.y[index]!;
      }
    }
    return null;
  }

  private _clean(values: ArrayLike<number | null>): Values {
    return Array.from(this.x, (_x, index) => {
      const value = values[index] ?? null;
      if (value === null || Number.isFinite(value)) {
        return value;
      }
      this._unbounded++;
      return null;
    });
  }

  private _sort(): void {
    const { x } = this;
    if (x.every((value, index) => index === 0 || x[index - 1]! <= value)) {
      return;
    }
    const order = x.map((_value, index) => index).sort((a, b) => x[a]! - x[b]!);
    for (const values of [this.x, this.y, this.low, this.high]) {
      const sorted = values && order.map(index => values[index]!);
      sorted?.forEach((value, index) => (values![index] = value));
    }
  }

  private _unbounded = 0;
  private _smoothed: { weight: number; y: Values } | undefined;
}
