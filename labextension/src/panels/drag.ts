import type { ICodeCell } from '@jupyterlab/nbformat';
import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';
import { Signal } from '@lumino/signaling';
import type * as React from 'react';

/** What notebooks take when cells are dropped. */
const CELLS = 'application/vnd.jupyter.cells';
/** Pixels that the pointer moves before it drags. */
const THRESHOLD = 5;

/** A cell was dropped somewhere. */
export const dropped = new Signal<object, void>({});

/** Make an element's content a cell of a notebook when it is dragged there. */
export function dragsCell(label: string, source: () => string): (event: React.MouseEvent) => void {
  return ({ button, clientX, clientY, target }) => {
    if (button !== 0 || (target as Element).closest('button, input, a')) {
      return;
    }
    const end = () => {
      document.removeEventListener('mousemove', move, true);
      document.removeEventListener('mouseup', end, true);
    };
    const move = (event: MouseEvent) => {
      const far = Math.max(Math.abs(event.clientX - clientX), Math.abs(event.clientY - clientY));
      if (far >= THRESHOLD) {
        end();
        event.preventDefault();
        void start(label, source(), event);
      }
    };
    document.addEventListener('mousemove', move, true);
    document.addEventListener('mouseup', end, true);
  };
}

/** A new code cell. */
export function codeCell(source: string): ICodeCell {
  return { cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null };
}

async function start(label: string, source: string, event: MouseEvent): Promise<void> {
  const mimeData = new MimeData();
  mimeData.setData(CELLS, [codeCell(source)]);
  mimeData.setData('text/plain', source);
  const drag = new Drag({
    mimeData,
    dragImage: ghost(label, source),
    supportedActions: 'copy',
    proposedAction: 'copy'
  });
  const action = await drag.start(event.clientX, event.clientY);
  drag.dispose();
  if (action !== 'none') {
    dropped.emit();
  }
}

/** What hangs at the pointer: the name, and the code that it becomes. */
function ghost(label: string, source: string): HTMLElement {
  const node = document.createElement('div');
  node.className = 'jp-ogai jp-ogai-Ghost';
  const name = document.createElement('strong');
  name.textContent = label;
  const code = document.createElement('code');
  code.textContent = source.split('\n').at(-1) ?? '';
  node.append(name, code);
  return node;
}
