import type { INotebookTracker } from '@jupyterlab/notebook';

import { codeCell } from './drag';

/** What puts cells into the notebook in front. */
export function notebookCells(notebooks: INotebookTracker | null): {
  insertCell(source: string): void;
  canInsert(): boolean;
} {
  return {
    canInsert: () => Boolean(notebooks?.currentWidget),
    insertCell: source => {
      const notebook = notebooks?.currentWidget?.content;
      const place = (notebook?.activeCellIndex ?? -1) + 1;
      notebook?.model?.sharedModel.insertCell(place, codeCell(source));
      if (notebook) {
        notebook.activeCellIndex = place;
        void notebook.scrollToItem(place);
      }
    }
  };
}
