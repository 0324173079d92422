import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { ILogFilter, ILogQuery, ILogs } from '../../api/logs';
import { Problem } from '../../api/problem';

/** Where something was found, in order; grows without moving what it holds for each number. */
class Places {
  length = 0;

  at(index: number): number | undefined {
    return index >= 0 && index < this.length ? this._data[index] : undefined;
  }

  push(places: readonly number[]): void {
    const length = this.length + places.length;
    if (length > this._data.length) {
      const grown = new Float64Array(Math.max(1024, 2 * length));
      grown.set(this._data.subarray(0, this.length));
      this._data = grown;
    }
    this._data.set(places, this.length);
    this.length = length;
  }

  /** The index of the first place at or after an offset. */
  from(offset: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this._data[middle]! < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private _data = new Float64Array(0);
}

/** Every line of a log in which something is found, on the server; and which of them is meant. */
export class LogSearch implements IDisposable {
  constructor(private readonly _logs: ILogs) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get query(): ILogQuery | undefined {
    return this._query;
  }

  /** How many lines were found. */
  get count(): number {
    return this._count;
  }

  /** Whether the search is under way. */
  get running(): boolean {
    return this._run !== undefined;
  }

  /** How much of the log was searched, 0 to 1. */
  get progress(): number {
    return this._size > 0 ? this._offset / this._size : 0;
  }

  get problem(): Problem | undefined {
    return this._problem;
  }

  /** The number of the line that is meant, from 0; −1 for none. */
  get current(): number {
    return this._current;
  }

  /** Where the line that is meant begins. */
  get place(): number | undefined {
    return this._places.at(this._current);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Search all of the log from its start. The line that was meant stays so if it is found again. */
  start(query: ILogQuery | undefined, filter: ILogFilter): void {
    this._kept = this.place;
    this._run?.abort();
    this._run = undefined;
    this._query = query;
    this._filter = filter;
    this._places = new Places();
    this._count = this._offset = this._size = 0;
    this._current = -1;
    this._problem = undefined;
    this._go();
  }

  /** Search what has come to the log since. */
  extend(): void {
    if (!this._run && !this._problem) {
      this._go();
    }
  }

  /** Whether the line that begins at an offset was found. */
  has(offset: number): boolean {
    return this._places.at(this._places.from(offset)) === offset;
  }

  /** Mean the first line found at or after an offset; the last one where there is none. */
  nearest(offset: number): number | undefined {
    this._mean(Math.min(this._places.from(offset), this._places.length - 1));
    return this.place;
  }

  /** Mean the next or the last line found; behind the last one comes the first. */
  step(by: 1 | -1): number | undefined {
    const { length } = this._places;
    if (length > 0) {
      const from = this._current < 0 && by < 0 ? 0 : this._current;
      this._mean((from + by + length) % length);
    }
    return this.place;
  }

  /** How the found lines are spread: for each of some equal parts of the log, whether it has any. */
  spread(parts: number, size: number): boolean[] {
    return Array.from({ length: parts }, (_, part) => {
      const first = this._places.at(this._places.from((part * size) / parts));
      return first !== undefined && first < ((part + 1) * size) / parts;
    });
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._run?.abort();
    this._places = new Places();
    Signal.clearData(this);
  }

  private _go(): void {
    const query = this._query;
    if (query && !this._isDisposed) {
      this._run = new AbortController();
      void this._search(query, this._run);
    }
    this._changed.emit();
  }

  private async _search(query: ILogQuery, run: AbortController): Promise<void> {
    const counted = this._count;
    try {
      const range = { offset: this._offset, limit: 0 };
      for await (const part of this._logs.search(query, this._filter, range, run.signal)) {
        if (run.signal.aborted) {
          return;
        }
        if (part) {
          this._places.push(part.places);
          this._count = counted + part.count;
          this._offset = part.offset;
          this._size = part.size;
          if (this._kept !== undefined && this._offset > this._kept) {
            this._current = this.has(this._kept) ? this._places.from(this._kept) : -1;
            this._kept = undefined;
          }
          if (part.ended) {
            break;
          }
          this._changed.emit();
        }
      }
    } catch (error) {
      if (!run.signal.aborted) {
        this._problem = Problem.from(error);
      }
    } finally {
      if (this._run === run) {
        this._run = undefined;
        this._changed.emit();
      }
    }
  }

  private _mean(index: number): void {
    this._current = index;
    this._changed.emit();
  }

  private _query: ILogQuery | undefined;
  private _filter: ILogFilter = { rank: null, stream: null, level: [] };
  private _places = new Places();
  private _count = 0;
  private _offset = 0;
  private _size = 0;
  private _current = -1;
  private _kept: number | undefined;
  private _problem: Problem | undefined;
  private _run: AbortController | undefined;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}
