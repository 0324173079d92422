import uPlot from 'uplot';

import { ENGLISH } from './chart-words';
import { Curve } from './curve';
import { Figure, write } from './figure';
import { join, othersOf, type IGroupMember } from './group';
import { moveOf, zoomOf } from './keys';
import { Legend } from './legend';
import { compose, extent, linesOf, type ILine } from './picture';
import { plotOptions, type IPlotHost } from './plot';
import { notesOf, summaryOf, valueAt } from './readout';
import { formatX, PointTable } from './table';
import { readColours, watchTheme, type IColours } from './theme';
import type { IChart, IChartOptions, ISeries, Range } from './types';

const HEIGHT = 220;
/** How often what nobody watches closely is brought up to date: the table and the summary. */
const SLOW_MS = 1000;

/** Put a chart into an element. */
export function mount(element: HTMLElement, options: IChartOptions): IChart {
  return new Chart(element, options);
}

class Chart implements IChart, IPlotHost, IGroupMember {
  constructor(element: HTMLElement, options: IChartOptions) {
    this.options = options;
    this._words = options.words ?? ENGLISH;
    this._legend = new Legend({
      toggle: key => this._toggle(key),
      focus: key => this._focus(key)
    });
    this._table = new PointTable(this._words, () => ({
      title: this.options.title,
      x: this.options.x,
      curves: this.curves,
      range: this.range,
      time: this.options.time ?? false,
      locale: this.options.locale
    }));
    this._figure = new Figure(this._words, this._legend.node, this._table.node);
    this._listen();
    element.append(this._figure.root);
    this.colours = readColours(this._figure.root);
    this._leave = options.group ? join(options.group, this) : () => undefined;
    this._unwatch = watchTheme(() => this._later({ theme: true }));
    this._resized = new ResizeObserver(() => this._later({}));
    this._resized.observe(this._figure.area);
    this._caption();
  }

  options: IChartOptions;
  curves: Curve[] = [];
  colours: IColours;

  /** The part of the x axis that is shown. */
  get range(): Range {
    const [from, to] = this._zoom ?? extent(this.curves) ?? [0, 1];
    return from < to ? [from, to] : [from - 0.5, to + 0.5];
  }

  set(series: readonly ISeries[]): void {
    this.curves = series.map(one => new Curve(one));
    this._later({ data: true });
  }

  append(key: string, x: number, y: number | null): void {
    this.curves.find(curve => curve.key === key)?.append(x, y);
    this._later({ data: true });
  }

  configure(patch: Partial<IChartOptions>): void {
    const { group } = this.options;
    this.options = { ...this.options, ...patch };
    if (this.options.group !== group) {
      this._leave();
      this._leave = this.options.group ? join(this.options.group, this) : () => undefined;
    }
    this._caption();
    this._remake = true;
    this._later({ data: true });
  }

  destroy(): void {
    cancelAnimationFrame(this._frame);
    clearTimeout(this._slow);
    this._leave();
    this._unwatch();
    this._resized.disconnect();
    this._plot?.destroy();
    this._plot = undefined;
    this._figure.root.remove();
    this._destroyed = true;
  }

  pointed(): void {
    const { idx, left } = this._plot!.cursor;
    const x =
      left !== undefined && left >= 0 && typeof idx === 'number' ? this._plot!.data[0][idx]! : null;
    if (x !== this._cursor) {
      this._cursor = x;
      this._readout();
      if (!this._following) {
        othersOf(this.options.group, this).forEach(other => other.follow(x));
      }
    }
  }

  selected(range: Range): void {
    this._show(range);
  }

  reset(): void {
    this._show(null);
  }

  follow(x: number | null): void {
    this._following = true;
    this._point(x);
    this._following = false;
  }

  zoomTo(range: Range | null): void {
    this._zoom = range;
    this._later({ data: true });
  }

  /** Zoom this chart and those that go with it. */
  private _show(range: Range | null): void {
    this.zoomTo(range);
    othersOf(this.options.group, this).forEach(other => other.zoomTo(range));
  }

  private _listen(): void {
    const { area, reset } = this._figure;
    reset.addEventListener('click', () => {
      this.reset();
      area.focus();
    });
    area.addEventListener('keydown', event => this._key(event));
    area.addEventListener('blur', () => this._point(null));
  }

  private _caption(): void {
    const { title, x, y } = this.options;
    this._figure.title.textContent = y ? `${title} (${y})` : title;
    this._figure.root.setAttribute('aria-label', title);
    this._figure.area.setAttribute('aria-label', `${title}. ${this._words.hint}`);
    this._figure.place.textContent = x;
  }

  private _later(what: { data?: boolean; theme?: boolean }): void {
    this._data ||= what.data ?? false;
    this._theme ||= what.theme ?? false;
    if (!this._frame && !this._destroyed) {
      this._frame = requestAnimationFrame(() => {
        this._frame = 0;
        this._draw();
      });
    }
  }

  private _draw(): void {
    const width = this._figure.area.clientWidth;
    if (width === 0) {
      return; // out of sight; the observer of its size tells when it comes back
    }
    const height = this.options.height ?? HEIGHT;
    const resized = width !== this._plot?.width;
    if (this._theme) {
      this.colours = readColours(this._figure.root);
    }
    if (this._data || resized || !this._plot) {
      this._compose(width, height);
    } else if (this._theme) {
      this._plot.redraw(false);
    }
    this._data = this._theme = false;
  }

  private _compose(width: number, height: number): void {
    const { log = false, smoothing = 0, locale } = this.options;
    const { empty, notes, reset } = this._figure;
    const picture = compose(this.curves, {
      log,
      smoothing,
      range: this.range,
      buckets: width,
      hidden: this._hidden
    });
    empty.hidden = picture.data[0].length > 0;
    reset.hidden = this._zoom === null;
    write(notes, notesOf(this.curves, picture.notPositive, this._words, locale));
    this._legend.show(this.curves, this._hidden);
    const identity = this._identity(picture.lines);
    if (this._remake || identity !== this._drawn || !this._plot) {
      this._plot?.destroy();
      const style = getComputedStyle(this._figure.area);
      const font = `${style.fontSize} ${style.fontFamily}`;
      const options = plotOptions(this, picture.lines, { width, height }, font);
      this._plot = new uPlot(options, picture.data, this._figure.area);
      this._drawn = identity;
      this._remake = false;
    } else {
      if (width !== this._plot.width) {
        this._plot.setSize({ width, height });
      }
      this._plot.setData(picture.data);
    }
    if (this._cursor !== null) {
      this.follow(this._cursor);
    }
    this._readout();
    this._slowly();
  }

  /** Lines with the same identity are drawn by the same plot. */
  private _identity(lines: readonly ILine[]): string {
    const { log, time } = this.options;
    const curves = this.curves.map(({ key, label, colour, dashed }) => [
      key,
      label,
      colour,
      dashed
    ]);
    return JSON.stringify([log, time, lines, curves]);
  }

  private _key(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    const whole = extent(this.curves);
    if (target !== this._figure.area || ctrlKey || metaKey || altKey || !this._plot || !whole) {
      return;
    }
    const move = moveOf(key, this._plot.data[0] as number[], this._cursor, this.range);
    const zoom = zoomOf(key, this.range, whole, this._cursor);
    if (move !== undefined) {
      this._point(move);
      this._say();
    } else if (zoom !== undefined && (zoom !== null || this._zoom !== null)) {
      this._show(zoom);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // or the notebook takes the key for a command of its own
  }

  /** Stand at an x. */
  private _point(x: number | null): void {
    if (!this._plot) {
      return;
    }
    const left = x === null ? -10 : this._plot.valToPos(x, 'x');
    this._plot.setCursor({ left, top: x === null ? -10 : this._plot.over.clientHeight / 2 });
  }

  /** Show the values under the cursor, or the last ones. */
  private _readout(): void {
    const { x, time = false, locale } = this.options;
    const at = this._cursor;
    this._figure.place.textContent = at === null ? x : `${x} ${formatX(at, time, locale)}`;
    this._legend.values(key => this._value(key));
  }

  private _value(key: string): string {
    const curve = this.curves.find(one => one.key === key)!;
    const { smoothing = 0, locale } = this.options;
    return valueAt(curve, this._cursor, { smoothing, locale });
  }

  private _say(): void {
    const values = this.curves
      .filter(({ key }) => !this._hidden.has(key))
      .map(({ key, label }) => `${label} ${this._value(key)}`);
    this._figure.spoken.textContent = [this._figure.place.textContent, ...values].join(', ');
  }

  /** Bring up to date what need not follow each point. */
  private _slowly(): void {
    this._slow ??= setTimeout(() => {
      this._slow = undefined;
      this._table.update();
      write(this._figure.summary, summaryOf(this.curves, this._words, this.options.locale));
    }, SLOW_MS);
  }

  private _toggle(key: string): void {
    if (!this._hidden.delete(key)) {
      this._hidden.add(key);
    }
    this._later({ data: true });
  }

  private _focus(key: string | null): void {
    const lines = linesOf(this.curves, this.options.smoothing ?? 0);
    const place = lines.findIndex(
      line => line.kind === 'main' && this.curves[line.curve]!.key === key
    );
    const line = place < 0 || this.curves.length < 2 ? null : place + 1;
    this._plot?.setSeries(line, { focus: true });
  }

  private readonly _words;
  private readonly _legend: Legend;
  private readonly _table: PointTable;
  private readonly _figure: Figure;
  private readonly _resized: ResizeObserver;
  private readonly _unwatch: () => void;
  private _leave: () => void;
  private readonly _hidden = new Set<string>();
  private _plot: uPlot | undefined;
  private _drawn = '';
  private _remake = false;
  private _zoom: Range | null = null;
  private _cursor: number | null = null;
  private _following = false;
  private _data = true;
  private _theme = false;
  private _frame = 0;
  private _slow: ReturnType<typeof setTimeout> | undefined;
  private _destroyed = false;
}
