import { RangeSetBuilder, type Extension, type StateEffectType } from '@codemirror/state';
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate
} from '@codemirror/view';

import type { IFound } from './highlight';
import type { ILine } from './lines';

/** What is marked in lines beside their own colours. */
export interface IMarks {
  /** Where something was found in a line; undefined when the line was not found. */
  found(line: ILine): readonly IFound[] | undefined;
  /** Whether it is the line that is meant among those found. */
  isCurrent(line: ILine): boolean;
}

/** Draw the lines in sight, and no others: colours, levels, and what was found. */
export function lineMarks(
  lines: () => readonly ILine[],
  marks: IMarks,
  refresh: StateEffectType<null>
): Extension {
  const draw = (view: EditorView): DecorationSet => {
    const builder = new RangeSetBuilder<Decoration>();
    const { doc } = view.state;
    for (const { from, to } of view.visibleRanges) {
      const last = doc.lineAt(to).number;
      for (let number = doc.lineAt(from).number; number <= last; number++) {
        const line = lines()[number - 1];
        if (line) {
          drawLine(builder, doc.line(number).from, line, marks);
        }
      }
    }
    return builder.finish();
  };
  return ViewPlugin.define(
    view => ({
      decorations: draw(view),
      update(update: ViewUpdate) {
        const asked = update.transactions.some(one => one.effects.some(it => it.is(refresh)));
        if (asked || update.docChanged || update.viewportChanged) {
          this.decorations = draw(update.view);
        }
      }
    }),
    { decorations: plugin => plugin.decorations }
  );
}

function drawLine(
  builder: RangeSetBuilder<Decoration>,
  start: number,
  line: ILine,
  marks: IMarks
): void {
  const found = marks.found(line);
  const current = found !== undefined && marks.isCurrent(line);
  const classes = [
    line.event ? 'jp-ogai-Log-event' : '',
    line.level === 'other' || line.event ? '' : `jp-ogai-Log-${line.level}`,
    found ? 'jp-ogai-Log-hit' : '',
    current ? 'jp-ogai-mod-current' : ''
  ].filter(Boolean);
  if (classes.length > 0) {
    builder.add(start, start, lineClass(classes.join(' ')));
  }
  const spans = [
    ...line.spans.map(({ from, to, classes: drawn }) => ({ from, to, drawn })),
    ...(found ?? []).map(({ from, to }) => ({ from, to, drawn: 'jp-ogai-Log-found' }))
  ].sort((one, other) => one.from - other.from);
  for (const { from, to, drawn } of spans) {
    const end = Math.min(to, line.text.length);
    if (from < end) {
      builder.add(start + from, start + end, markOf(drawn));
    }
  }
}

const lineClasses = new Map<string, Decoration>();
const textMarks = new Map<string, Decoration>();

function lineClass(name: string): Decoration {
  let made = lineClasses.get(name);
  if (!made) {
    lineClasses.set(name, (made = Decoration.line({ class: name })));
  }
  return made;
}

function markOf(name: string): Decoration {
  let made = textMarks.get(name);
  if (!made) {
    textMarks.set(name, (made = Decoration.mark({ class: name })));
  }
  return made;
}
