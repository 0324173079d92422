import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Curve, Curves, ICurveQuery } from '../../../api/inspection';
import { Problem } from '../../../api/problem';
import { CurveTable } from './curve-table';

/** Points of one curve that come at first; every spike is among them. */
const POINTS = 2_000;
/** A curve that has grown to this many is asked for again as a whole, short. */
const MOST_POINTS = 8_000;

/** Where curves come from. */
export interface ICurveSource {
  curves(query: ICurveQuery, signal: AbortSignal): Promise<Curves>;
}

/**
 * The curves of a job: all that there is of the chosen metrics first, then, each time somebody
 * says that the job has moved, what came since. It never asks on its own.
 */
export class CurveFeed implements IDisposable {
  constructor(private readonly _source: ICurveSource) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get curves(): readonly Curve[] {
    return this._curves;
  }

  get problem(): Problem | undefined {
    return this._problem;
  }

  /** Whether an answer has come for what is chosen now. */
  get ready(): boolean {
    return this._ready;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Choose metrics and a rank (null for all). */
  choose(names: readonly string[], rank: number | null): void {
    const key = JSON.stringify([[...names].sort(), rank]);
    if (key !== this._key) {
      this._key = key;
      this._names = [...names];
      this._rank = rank;
      this.reload();
    }
  }

  /** Ask for what came since; while a question is under way, once more after it. */
  more(): void {
    if (this._asking) {
      this._again = true;
    } else if (this._names.length > 0) {
      void this._ask();
    }
  }

  /** Begin again. */
  reload(): void {
    this.pause();
    this._ready = this._names.length === 0;
    this._whole = true;
    this._curves = this._curves.filter(({ name }) => this._names.includes(name));
    this.more();
    this._changed.emit();
  }

  /** Ask no more until somebody says `more` or `reload`. */
  pause(): void {
    this._asking?.abort();
    this._asking = undefined;
    this._again = false;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.pause();
      Signal.clearData(this);
    }
  }

  private async _ask(): Promise<void> {
    const asking = (this._asking = new AbortController());
    const whole = this._whole || this._table.longest > MOST_POINTS;
    const query = {
      name: this._names,
      rank: this._rank,
      points: POINTS,
      ...(!whole && { after: this._table.cursor })
    };
    let news = whole;
    try {
      const answer = await this._source.curves(query, asking.signal);
      if (asking.signal.aborted) {
        return;
      }
      if (whole) {
        this._table.clear();
      }
      news = this._table.add(answer) || whole || this._problem !== undefined;
      this._whole = false;
      this._ready = true;
      this._problem = undefined;
    } catch (error) {
      if (asking.signal.aborted) {
        return;
      }
      this._problem = Problem.from(error);
      news = true;
    }
    this._asking = undefined;
    if (news) {
      this._curves = this._table.curves;
      this._changed.emit();
    }
    if (this._again) {
      this._again = false;
      this.more();
    }
  }

  private readonly _table = new CurveTable();
  private readonly _changed = new Signal<this, void>(this);
  private _key = '';
  private _names: string[] = [];
  private _rank: number | null = 0;
  private _curves: Curve[] = [];
  private _problem: Problem | undefined;
  private _asking: AbortController | undefined;
  private _again = false;
  private _whole = true;
  private _ready = false;
  private _isDisposed = false;
}
