import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { ILogFilter, ILogQuery, LogsApi } from '../../api/logs';
import { spansIn, textIn, type IFound } from './highlight';
import type { IMarks } from './line-marks';
import type { ILine } from './lines';
import { LogSearch } from './log-search';
import { EVERYTHING, type LogWindow } from './log-window';

/** New lines are searched this often at most. */
const EXTEND_EVERY = 1_000;
/** So long the reader stands still before the server is asked where a pattern lies in his lines. */
const STANDING = 120;
/** Lines of which the places of a pattern are asked for at once. */
const MOST_SPANS = 500;

const NOTHING: readonly IFound[] = [];

/** What a finder needs of the view that it finds in. */
export interface ISight {
  reveal(offset: number): void;
  sight(): { from: number; to: number } | undefined;
  redraw(): void;
}

/** Finding in a log that is in view: the bar's state, the search, and what is marked in lines. */
export class Finder implements IMarks, IDisposable {
  constructor(
    private readonly _api: LogsApi,
    private readonly _window: LogWindow,
    private readonly _sight: ISight
  ) {
    this.search = new LogSearch(_api);
    this.search.changed.connect(this._onSearch, this);
  }

  readonly search: LogSearch;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isOpen(): boolean {
    return this._isOpen;
  }

  /** How often the bar was asked for. */
  get asked(): number {
    return this._asked;
  }

  /** What the bar holds. */
  get wish(): ILogQuery {
    return this._wish;
  }

  /** What is searched for now. */
  get query(): ILogQuery | undefined {
    return this.search.query;
  }

  /** Where the line begins that the reader was brought to. */
  get meant(): number | undefined {
    return this._meant;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  open(): void {
    this._asked++;
    if (!this._isOpen) {
      this._isOpen = true;
      this.start(this._wish);
    }
    this._changed.emit();
  }

  close(): void {
    this._isOpen = false;
    this._meant = undefined;
    this.search.start(undefined, this._window.filter);
  }

  /** Search for something else. */
  start(query: ILogQuery): void {
    this._wish = query;
    this._spans.clear();
    this._settled = false;
    this.search.start(query.text ? query : undefined, this._filter);
  }

  setFilter(filter: ILogFilter): void {
    this._filter = filter;
    if (this.query) {
      this._settled = true; // the reader keeps his place
      this.search.start(this.query, filter);
    }
  }

  step(by: 1 | -1): void {
    const first = this.search.current < 0 ? this._sight.sight()?.from : undefined;
    const place = first === undefined ? this.search.step(by) : this.search.nearest(first);
    this._settled = true;
    if (place !== undefined) {
      this._meant = place;
      this._sight.reveal(place);
    }
  }

  /** The place of the first line that says it is an error. */
  async firstError(): Promise<number | undefined> {
    const filter: ILogFilter = { ...this._filter, level: ['error'] };
    let offset = 0;
    for (;;) {
      const chunk = await this._api.after(offset, 1, filter, this._end.signal);
      const place = chunk.records[0]?.offset ?? undefined;
      if (place !== undefined || chunk.offset <= offset) {
        this._meant = place;
        return place;
      }
      offset = chunk.offset;
    }
  }

  /** Where the line begins that an offset lies in. */
  async lineAround(offset: number): Promise<number | undefined> {
    this._asking?.abort();
    const asking = (this._asking = new AbortController());
    try {
      return (await this._api.place(Math.floor(offset), asking.signal)).offset;
    } catch {
      return undefined; // the next place on the rail took its turn, or the stale bar says why
    }
  }

  found(line: ILine): readonly IFound[] | undefined {
    const { query } = this;
    if (query && !line.event) {
      if (query.pattern) {
        if (this.search.has(line.offset)) {
          return this._spans.get(line.offset) ?? NOTHING;
        }
      } else {
        const found = textIn(line.text, query);
        if (found.length > 0) {
          return found;
        }
      }
    }
    return line.offset === this._meant ? NOTHING : undefined;
  }

  isCurrent(line: ILine): boolean {
    return line.offset === this._meant;
  }

  /** New lines have come. */
  linesCame(): void {
    if (this.query) {
      this._later ??= setTimeout(() => {
        this._later = undefined;
        this.search.extend();
      }, EXTEND_EVERY);
      this.scrolled();
    }
  }

  /** Other lines are in sight. */
  scrolled(): void {
    if (this.query?.pattern) {
      clearTimeout(this._standing);
      this._standing = setTimeout(() => void this._locate(), STANDING);
    }
  }

  /** Do nothing by itself until lines come again. */
  pause(): void {
    clearTimeout(this._later);
    clearTimeout(this._standing);
    this._later = undefined;
    this._asking?.abort();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this.pause();
    this._end.abort();
    this.search.dispose();
    Signal.clearData(this);
  }

  private _onSearch(): void {
    const { search } = this;
    if (search.query && !search.running && !this._settled) {
      this._settled = true;
      const place = search.nearest(this._sight.sight()?.from ?? 0);
      if (place !== undefined) {
        this._meant = place;
        this._sight.reveal(place);
      }
      this.scrolled();
    } else if (!search.query) {
      this._meant = undefined;
    }
    this._sight.redraw();
    this._changed.emit();
  }

  /** Ask the server where a pattern lies in the lines in sight: its patterns are not JavaScript's. */
  private async _locate(): Promise<void> {
    const { query } = this;
    const sight = this._sight.sight();
    if (!query || !sight || this._isDisposed) {
      return;
    }
    const range = { offset: sight.from, until: sight.to + 1, limit: MOST_SPANS };
    const parts = this._api.search(query, this._filter, range, this._end.signal);
    try {
      for await (const part of parts) {
        for (const match of part?.matches ?? []) {
          this._spans.set(match.offset, spansIn(match.text, match.spans));
        }
      }
    } catch {
      return; // the lines are marked as a whole then
    }
    if (query === this.query && !this._end.signal.aborted) {
      this._sight.redraw();
    }
  }

  private _isOpen = false;
  private _asked = 0;
  private _wish: ILogQuery = { text: '', pattern: false, case: false };
  private _filter: ILogFilter = EVERYTHING;
  private _meant: number | undefined;
  /** Whether the reader was brought to a match, or has gone to one himself. */
  private _settled = true;
  private readonly _spans = new Map<number, readonly IFound[]>();
  private _later: ReturnType<typeof setTimeout> | undefined;
  private _standing: ReturnType<typeof setTimeout> | undefined;
  private _asking: AbortController | undefined;
  private readonly _end = new AbortController();
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}
