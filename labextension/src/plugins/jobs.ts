import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';

import { registerCommands } from '../commands';
import { notebookCells } from '../panels/insert-cell';
import { ITabs } from '../tabs/tabs';
import { IOgaiLab } from '../tokens';

/** The commands on jobs. */
export const jobsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:jobs',
  description: 'Adds the commands on the jobs of OGAI Lab.',
  autoStart: true,
  requires: [IOgaiLab, ITabs],
  optional: [INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    tabs: ITabs,
    notebooks: INotebookTracker | null
  ): void => {
    const { commands, shell } = app;
    registerCommands(commands, lab, {
      ...notebookCells(notebooks),
      jobAtPointer: () => app.contextMenuHitTest(node => 'jobId' in node.dataset)?.dataset.jobId,
      showJobs: () => shell.activateById('ogai-lab'),
      openLog: (id, { explain }) => {
        tabs.open({ kind: 'job', id, pane: explain ? 'explain' : 'logs' });
      }
    });
  }
};
