import { openSearchPanel, search, searchKeymap } from '@codemirror/search';
import {
  EditorState,
  RangeSet,
  RangeSetBuilder,
  StateEffect,
  StateField,
  type Range
} from '@codemirror/state';
import {
  Decoration,
  EditorView,
  gutter,
  GutterMarker,
  keymap,
  type DecorationSet
} from '@codemirror/view';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { ILine } from './lines';

/** Lines kept; past them the oldest tenth goes. */
const MOST_LINES = 200_000;
/** Pixels from the end that still count as at the end. */
const NEAR_END = 12;

interface IAddition {
  marks: Range<Decoration>[];
  ranks: Range<GutterMarker>[];
}

const addition = StateEffect.define<IAddition>();

/** A read-only CodeMirror that lines are appended to; it follows the end until one scrolls up. */
export class LogEditor implements IDisposable {
  constructor(
    readonly node: HTMLElement,
    options: LogEditor.IOptions
  ) {
    this._options = options;
    this._view = new EditorView({ parent: node, state: this._emptyState() });
    this._view.scrollDOM.addEventListener('scroll', this._onScroll, { passive: true });
  }

  /** Whether the end is kept in sight. */
  get following(): boolean {
    return this._following;
  }

  set following(value: boolean) {
    if (value) {
      this._scrollToEnd();
    }
    this._setFollowing(value);
  }

  get followingChanged(): ISignal<this, boolean> {
    return this._followingChanged;
  }

  get isEmpty(): boolean {
    return this._view.state.doc.length === 0;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  append(lines: readonly ILine[]): void {
    if (lines.length === 0) {
      return;
    }
    const { doc } = this._view.state;
    const marks: Range<Decoration>[] = [];
    const ranks: Range<GutterMarker>[] = [];
    let insert = '';
    for (const line of lines) {
      insert += doc.length + insert.length > 0 ? '\n' : '';
      const start = doc.length + insert.length;
      if (line.event) {
        marks.push(eventLine.range(start));
      }
      for (const span of line.spans) {
        marks.push(markOf(span.classes).range(start + span.from, start + span.to));
      }
      if (line.rank >= 0) {
        ranks.push(markerOf(line.rank).range(start));
      }
      insert += line.text;
    }
    this._view.dispatch({
      changes: { from: doc.length, insert },
      effects: addition.of({ marks, ranks })
    });
    this._dropOldest();
    if (this._following) {
      this._scrollToEnd();
    }
  }

  clear(): void {
    this._view.setState(this._emptyState());
    this._setFollowing(true);
  }

  openSearch(): void {
    openSearchPanel(this._view);
  }

  focus(): void {
    this._view.focus();
  }

  /** Tell the editor that its room has changed, or that it can be seen again. */
  fit(): void {
    this._view.requestMeasure();
    if (this._following) {
      this._scrollToEnd();
    }
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._view.destroy();
    Signal.clearData(this);
  }

  private _emptyState(): EditorState {
    const { label, phrases, showRanks } = this._options;
    return EditorState.create({
      extensions: [
        EditorState.readOnly.of(true),
        EditorState.phrases.of(phrases),
        EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true' }),
        EditorView.lineWrapping,
        search({ top: true }),
        keymap.of(searchKeymap),
        marksField,
        ...(showRanks ? [ranksField, rankGutter] : [])
      ]
    });
  }

  private _dropOldest(): void {
    const { doc } = this._view.state;
    if (doc.lines > MOST_LINES) {
      const from = doc.line(Math.ceil(MOST_LINES / 10)).from;
      this._view.dispatch({ changes: { from: 0, to: from } });
    }
  }

  private _scrollToEnd(): void {
    const { doc } = this._view.state;
    this._view.dispatch({
      effects: EditorView.scrollIntoView(doc.length, { y: 'end', yMargin: 8 })
    });
  }

  private readonly _onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this._view.scrollDOM;
    const atEnd = scrollTop + clientHeight >= scrollHeight - NEAR_END;
    // Growing text moves the end away but never the view up: only a reader does that.
    if (atEnd) {
      this._setFollowing(true);
    } else if (scrollTop < this._scrollTop - 1) {
      this._setFollowing(false);
    }
    this._scrollTop = scrollTop;
  };

  private _setFollowing(value: boolean): void {
    if (value !== this._following) {
      this._following = value;
      this._followingChanged.emit(value);
    }
  }

  private readonly _view: EditorView;
  private readonly _options: LogEditor.IOptions;
  private _following = true;
  private _scrollTop = 0;
  private _isDisposed = false;
  private readonly _followingChanged = new Signal<this, boolean>(this);
}

export namespace LogEditor {
  export interface IOptions {
    /** What a screen reader calls the text. */
    label: string;
    /** Translations of CodeMirror's own words. */
    phrases: Record<string, string>;
    /** Whether to show beside each line which rank said it. */
    showRanks: boolean;
  }
}

const eventLine = Decoration.line({ class: 'jp-ogai-Log-event' });
const marks = new Map<string, Decoration>();
const markers = new Map<number, RankMarker>();

class RankMarker extends GutterMarker {
  constructor(private readonly _rank: number) {
    super();
  }

  override eq(other: RankMarker): boolean {
    return other._rank === this._rank;
  }

  override toDOM(): Node {
    return document.createTextNode(String(this._rank));
  }
}

const marksField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (set, transaction) =>
    grown(set.map(transaction.changes), transaction.effects, added => added.marks),
  provide: field => EditorView.decorations.from(field)
});

const ranksField = StateField.define<RangeSet<GutterMarker>>({
  create: () => new RangeSetBuilder<GutterMarker>().finish(),
  update: (set, transaction) =>
    grown(set.map(transaction.changes), transaction.effects, added => added.ranks)
});

const rankGutter = gutter({
  class: 'jp-ogai-Log-ranks',
  markers: view => view.state.field(ranksField)
});

function grown<T extends Decoration | GutterMarker>(
  set: RangeSet<T>,
  effects: readonly StateEffect<unknown>[],
  pick: (added: IAddition) => Range<GutterMarker | Decoration>[]
): RangeSet<T> {
  return effects.reduce(
    (grows, effect) =>
      effect.is(addition) ? grows.update({ add: pick(effect.value) as Range<T>[] }) : grows,
    set
  );
}

function markOf(classes: string): Decoration {
  let mark = marks.get(classes);
  if (!mark) {
    mark = Decoration.mark({ class: classes });
    marks.set(classes, mark);
  }
  return mark;
}

function markerOf(rank: number): RankMarker {
  let marker = markers.get(rank);
  if (!marker) {
    marker = new RankMarker(rank);
    markers.set(rank, marker);
  }
  return marker;
}
