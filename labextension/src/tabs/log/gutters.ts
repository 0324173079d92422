import type { Extension } from '@codemirror/state';
import { gutter, GutterMarker, type EditorView } from '@codemirror/view';

import type { Level } from '../../api/logs';
import type { ILine } from './lines';

/** What stands beside the lines. */
export interface IGutters {
  /** Says when a line was said; undefined where times are not wanted. */
  time?: ((line: ILine) => string) | undefined;
  /** Whether to say which rank said a line. */
  ranks: boolean;
  /** The words for levels. */
  levels: Readonly<Record<Level, string>>;
}

/** A level is told by a letter; its colour only repeats it. */
const LETTERS: Partial<Record<Level, string>> = { error: 'E', warning: 'W' };

/** Return the gutters: time, rank, level. */
export function gutters(lines: () => readonly ILine[], options: IGutters): Extension {
  const { time, ranks, levels } = options;
  const beside = (name: string, marker: (line: ILine) => GutterMarker | null) =>
    gutter({
      class: `jp-ogai-Log-${name}`,
      lineMarker: (view: EditorView, { from }) => {
        const line = lines()[view.state.doc.lineAt(from).number - 1];
        return line ? marker(line) : null;
      }
    });
  const level = (line: ILine) => {
    const letter = LETTERS[line.level];
    return letter && !line.event ? new TextMarker(letter, line.level, levels[line.level]) : null;
  };
  return [
    ...(time ? [beside('times', line => new TextMarker(time(line)))] : []),
    ...(ranks
      ? [beside('ranks', line => (line.rank >= 0 ? new TextMarker(String(line.rank)) : null))]
      : []),
    beside('levels', level)
  ];
}

class TextMarker extends GutterMarker {
  constructor(
    private readonly _text: string,
    private readonly _level?: Level,
    private readonly _title?: string
  ) {
    super();
  }

  override eq(other: TextMarker): boolean {
    return other._text === this._text && other._level === this._level;
  }

  override toDOM(): Node {
    const node = document.createElement('span');
    node.textContent = this._text;
    if (this._title) {
      node.title = this._title;
    }
    if (this._level) {
      node.dataset.level = this._level;
    }
    return node;
  }
}
