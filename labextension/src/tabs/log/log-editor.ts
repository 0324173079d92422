import { Compartment, EditorState, StateEffect, type ChangeSpec } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { lineAt, type ILine } from './lines';
import { lineMarks, type IMarks } from './line-marks';
import { gutters, type IGutters } from './gutters';
import type { IChange } from './held-lines';

/** Pixels from the end that still count as at the end. */
const NEAR_END = 12;
/** Pixels from an end of what is held at which more is asked for. */
const NEAR_EDGE = 1_500;

/** A place in a log that stays what it is when other lines are held: a line and a column. */
export interface IPlace {
  readonly offset: number;
  readonly column: number;
}

/** A read-only CodeMirror that shows the lines of a window; it knows where its reader is. */
export class LogEditor implements IDisposable {
  constructor(
    readonly node: HTMLElement,
    private readonly _lines: () => readonly ILine[],
    options: LogEditor.IOptions
  ) {
    this._view = new EditorView({
      parent: node,
      state: EditorState.create({
        extensions: [
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({ 'aria-label': options.label, 'aria-readonly': 'true' }),
          this._wrapping.of(EditorView.lineWrapping),
          this._gutters.of(gutters(this._lines, options)),
          lineMarks(this._lines, options.marks, refresh)
        ]
      })
    });
    this._view.scrollDOM.addEventListener('scroll', this._onScroll, { passive: true });
  }

  /** The reader came to the end, or scrolled up from it. */
  get endReached(): ISignal<this, boolean> {
    return this._endReached;
  }

  /** The reader is close to where the held lines begin, or end. */
  get edgeReached(): ISignal<this, 'start' | 'end'> {
    return this._edgeReached;
  }

  /** The part in sight has changed. */
  get scrolled(): ISignal<this, void> {
    return this._scrolled;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Take over a change of the lines. With `follow`, the end stays in sight. */
  apply(change: IChange, follow: boolean): void {
    const { doc } = this._view.state;
    const held = this._count;
    this._count = this._lines().length;
    const changes: ChangeSpec[] = [];
    const text = (lines: readonly ILine[]) => lines.map(line => line.text).join('\n');
    if (change.reset || held === 0) {
      changes.push({ from: 0, to: doc.length, insert: text([...change.start, ...change.end]) });
    } else {
      const { dropStart, dropEnd, start, end } = change;
      const from = dropStart > 0 ? doc.line(dropStart + 1).from : 0;
      const to = dropEnd > 0 ? doc.line(held - dropEnd).to : doc.length;
      if (from > 0 || start.length > 0) {
        changes.push({ from: 0, to: from, insert: start.length > 0 ? `${text(start)}\n` : '' });
      }
      if (to < doc.length || end.length > 0) {
        changes.push({ from: to, to: doc.length, insert: end.length > 0 ? `\n${text(end)}` : '' });
      }
    }
    const set = this._view.state.changes(changes);
    const stays = !follow && !change.reset && (change.dropStart > 0 || change.start.length > 0);
    const top = stays ? this._top() : undefined;
    this._view.dispatch({ changes: set });
    // CodeMirror cuts a place to scroll to down to the text before the transaction: hence two.
    if (follow) {
      this.scrollToEnd();
    } else if (top) {
      const number = top.number + change.start.length - change.dropStart;
      const { doc: now } = this._view.state;
      const { from } = now.line(Math.min(Math.max(number, 1), now.lines));
      const effects = EditorView.scrollIntoView(from, { y: 'start', yMargin: -top.hidden });
      this._view.dispatch({ effects });
    }
  }

  /** Draw anew what depends on more than the lines: what was found, for one. */
  refresh(): void {
    this._view.dispatch({ effects: refresh.of(null) });
  }

  setWrap(wrap: boolean): void {
    const extension = wrap ? EditorView.lineWrapping : [];
    this._view.dispatch({ effects: this._wrapping.reconfigure(extension) });
  }

  setGutters(options: IGutters): void {
    this._view.dispatch({ effects: this._gutters.reconfigure(gutters(this._lines, options)) });
  }

  /** Bring the line at or after a place in the log into sight. */
  reveal(offset: number, y: 'start' | 'center' = 'center'): void {
    const index = Math.min(lineAt(this._lines(), offset), this._count - 1);
    if (index >= 0) {
      const { from } = this._view.state.doc.line(index + 1);
      this._view.dispatch({ effects: EditorView.scrollIntoView(from, { y, yMargin: 0 }) });
    }
  }

  scrollToEnd(): void {
    const { length } = this._view.state.doc;
    this._view.dispatch({
      effects: EditorView.scrollIntoView(length, { y: 'end', yMargin: 8 })
    });
  }

  /** The first and the last line in sight, as places in the log. */
  get inSight(): { from: number; to: number } | undefined {
    const lines = this._lines();
    if (lines.length === 0) {
      return undefined;
    }
    const { scrollTop, clientHeight } = this._view.scrollDOM;
    const offsetAt = (height: number) => {
      const block = this._view.lineBlockAtHeight(Math.max(0, height));
      return lines[this._view.state.doc.lineAt(block.from).number - 1]?.offset ?? 0;
    };
    return { from: offsetAt(scrollTop), to: offsetAt(scrollTop + clientHeight) };
  }

  /** The selection, as places that stay what they are when other lines are held. */
  get selection(): { anchor: IPlace; head: IPlace } | undefined {
    const { main } = this._view.state.selection;
    const anchor = this._placeOf(main.anchor);
    const head = this._placeOf(main.head);
    return anchor && head && !main.empty ? { anchor, head } : undefined;
  }

  set selection(value: { anchor: IPlace; head: IPlace } | undefined) {
    if (value && this._count > 0) {
      const { anchor, head } = value;
      this._view.dispatch({
        selection: { anchor: this._position(anchor), head: this._position(head) }
      });
    }
  }

  /** The selected text, or all that is held. */
  get text(): string {
    const { doc, selection } = this._view.state;
    const { from, to, empty } = selection.main;
    return empty ? doc.toString() : doc.sliceString(from, to);
  }

  focus(): void {
    this._view.focus();
  }

  /** Tell the editor that its room has changed, or that it can be seen again. */
  fit(): void {
    this._view.requestMeasure();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._view.scrollDOM.removeEventListener('scroll', this._onScroll);
    this._view.destroy();
    Signal.clearData(this);
  }

  /** The line at the top of what is in sight, and how many of its pixels are above it. */
  private _top(): { number: number; hidden: number } {
    const { scrollTop } = this._view.scrollDOM;
    const block = this._view.lineBlockAtHeight(scrollTop);
    const { number } = this._view.state.doc.lineAt(block.from);
    return { number, hidden: scrollTop - block.top };
  }

  private _placeOf(position: number): IPlace | undefined {
    const line = this._view.state.doc.lineAt(position);
    const held = this._lines()[line.number - 1];
    return held && { offset: held.offset, column: position - line.from };
  }

  private _position({ offset, column }: IPlace): number {
    const index = Math.min(lineAt(this._lines(), offset), this._count - 1);
    const line = this._view.state.doc.line(index + 1);
    const same = this._lines()[index]!.offset === offset;
    return same ? Math.min(line.from + column, line.to) : line.from;
  }

  private readonly _onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this._view.scrollDOM;
    const below = scrollHeight - clientHeight - scrollTop;
    // Growing text moves the end away but never the view up: only a reader does that.
    if (below <= NEAR_END) {
      this._endReached.emit(true);
    } else if (scrollTop < this._scrollTop - 1) {
      this._endReached.emit(false);
    }
    if (scrollTop < NEAR_EDGE && scrollTop < this._scrollTop) {
      this._edgeReached.emit('start');
    } else if (below < NEAR_EDGE && scrollTop > this._scrollTop) {
      this._edgeReached.emit('end');
    }
    this._scrollTop = scrollTop;
    this._scrolled.emit();
  };

  private readonly _wrapping = new Compartment();
  private readonly _gutters = new Compartment();
  private readonly _view: EditorView;
  private _count = 0;
  private _scrollTop = 0;
  private _isDisposed = false;
  private readonly _endReached = new Signal<this, boolean>(this);
  private readonly _edgeReached = new Signal<this, 'start' | 'end'>(this);
  private readonly _scrolled = new Signal<this, void>(this);
}

export namespace LogEditor {
  export interface IOptions extends IGutters {
    /** What a screen reader calls the text. */
    label: string;
    marks: IMarks;
  }
}

const refresh = StateEffect.define();
