import type { ISeries } from '../chart';
import type { IModel } from './model';

/** A series as the kernel sends it: numbers as the bytes of 64-bit floats. */
interface ISent {
  metric: string;
  label: string;
  x: DataView;
  y: DataView;
}

export interface IMetricSeries extends ISeries {
  metric: string;
  x: number[];
  y: number[];
}

/** The points of a widget's model, and who wants to know that there are more. */
export class Points {
  /** The one store of a model, shared by all its views. */
  static of(model: IModel): Points {
    const known = stores.get(model);
    if (known) {
      return known;
    }
    const made = new Points(model);
    stores.set(model, made);
    return made;
  }

  private constructor(model: IModel) {
    const replace = () => {
      const sent = (model.get('points') ?? []) as ISent[];
      this.series = sent.map(({ metric, label, x, y }) => ({
        key: `${metric}\u0000${label}`,
        metric,
        label,
        x: numbers(x),
        y: numbers(y)
      }));
      this._tell();
    };
    model.on('change:points', replace);
    model.on('msg:custom', (message: { append?: number[] }, buffers: DataView[]) => {
      message.append?.forEach((place, index) => {
        const series = this.series[place];
        series?.x.push(...numbers(buffers[2 * index]!));
        series?.y.push(...numbers(buffers[2 * index + 1]!));
      });
      this._tell();
    });
    replace();
  }

  series: IMetricSeries[] = [];

  /** Call back after each change, until the returned function is called. */
  watch(changed: () => void): () => void {
    this._watchers.add(changed);
    return () => this._watchers.delete(changed);
  }

  private _tell(): void {
    this._watchers.forEach(changed => changed());
  }

  private readonly _watchers = new Set<() => void>();
}

const stores = new WeakMap<IModel, Points>();

function numbers(bytes: DataView): number[] {
  const count = bytes.byteLength / 8;
  return Array.from({ length: count }, (_, index) => bytes.getFloat64(8 * index, true));
}
