import { align } from './align';
import { fill, type IChartWords } from './chart-words';
import type { Curve } from './curve';
import { lowerBound, upperBound } from './decimate';
import { formatValue } from './numbers';
import type { Range } from './types';

const PAGE = 20;

/**
 * The points as a table, twenty rows at a time: for those who cannot see the drawing, and for
 * whoever wants the numbers. Its switch is out of sight until it has the focus; the table is made
 * when it is opened.
 */
export class PointTable {
  constructor(words: IChartWords, show: () => ITableContent) {
    this._words = words;
    this._show = show;
    const { node, _summary: summary, _table: table } = this;
    node.className = 'jp-ogai-Chart-table';
    summary.textContent = words.table;
    const pager = document.createElement('div');
    pager.append(this._previous, this._where, this._next);
    this._where.setAttribute('role', 'status');
    this._previous.type = this._next.type = 'button';
    this._previous.textContent = words.previous;
    this._next.textContent = words.next;
    this._previous.addEventListener('click', () => this._turn(-1));
    this._next.addEventListener('click', () => this._turn(1));
    const scroll = document.createElement('div');
    scroll.className = 'jp-ogai-Chart-scroll';
    scroll.append(table);
    node.append(summary, pager, scroll);
    node.addEventListener('toggle', () => this.update());
  }

  readonly node = document.createElement('details');

  /** Show what there is now, when the table is open. */
  update(): void {
    if (!this.node.open) {
      this._table.replaceChildren();
      return;
    }
    const { title, x, curves, range, time, locale } = this._show();
    const within = curves.map(curve => part(curve, range));
    const [steps, ...columns] = align(within);
    const pages = Math.max(1, Math.ceil(steps.length / PAGE));
    this._page = Math.min(this._page, pages - 1);
    const from = this._page * PAGE;
    const to = Math.min(steps.length, from + PAGE);
    this._previous.disabled = this._page === 0;
    this._next.disabled = this._page === pages - 1;
    const count = (value: number) => value.toLocaleString(locale);
    this._where.textContent = fill(
      this._words.page,
      count(Math.min(steps.length, from + 1)),
      count(to),
      count(steps.length)
    );
    const caption = document.createElement('caption');
    caption.textContent = title;
    const head = document.createElement('thead');
    head.append(row('th', [x, ...curves.map(curve => curve.label)]));
    const body = document.createElement('tbody');
    for (let index = from; index < to; index++) {
      const values = columns.map(column => formatValue(column[index], locale));
      body.append(row('td', [formatX(steps[index]!, time, locale), ...values]));
    }
    this._table.replaceChildren(caption, head, body);
  }

  private _turn(pages: number): void {
    this._page = Math.max(0, this._page + pages);
    this.update();
  }

  private readonly _words: IChartWords;
  private readonly _show: () => ITableContent;
  private readonly _summary = document.createElement('summary');
  private readonly _table = document.createElement('table');
  private readonly _where = document.createElement('span');
  private readonly _previous = document.createElement('button');
  private readonly _next = document.createElement('button');
  private _page = 0;
}

export interface ITableContent {
  title: string;
  x: string;
  curves: readonly Curve[];
  range: Range;
  time: boolean;
  locale: string | undefined;
}

/** A place on the x axis in words. */
export function formatX(value: number, time: boolean, locale: string | undefined): string {
  return time ? new Date(value * 1000).toLocaleString(locale) : formatValue(value, locale);
}

function part(curve: Curve, [from, to]: Range): { x: number[]; y: (number | null)[] } {
  const start = lowerBound(curve.x, from);
  const end = upperBound(curve.x, to);
  return { x: curve.x.slice(start, end), y: curve.y.slice(start, end) };
}

function row(cell: 'th' | 'td', texts: readonly string[]): HTMLTableRowElement {
  const made = document.createElement('tr');
  texts.forEach((text, index) => {
    const node = document.createElement(index === 0 ? 'th' : cell);
    node.scope = index === 0 && cell === 'td' ? 'row' : 'col';
    node.textContent = text;
    made.append(node);
  });
  return made;
}
