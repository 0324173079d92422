import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';

import { registerCommands } from '../commands';
import { createSidebar } from '../panels/jobs/jobs-panel';
import { ITabs } from '../tabs/tabs';
import { IOgaiLab } from '../tokens';

/** Where the sidebar stands among the others of the left area. */
const RANK = 350;

/** The sidebar with the live list of jobs, and the commands on jobs. */
export const jobsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:jobs',
  description: 'Shows the jobs of OGAI Lab in the sidebar, with the commands on them.',
  autoStart: true,
  requires: [IOgaiLab, ITabs],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    tabs: ITabs,
    restorer: ILayoutRestorer | null
  ): void => {
    const { commands, shell } = app;
    const sidebar = createSidebar(lab, commands);

    registerCommands(commands, lab, {
      jobAtPointer: () => app.contextMenuHitTest(node => 'jobId' in node.dataset)?.dataset.jobId,
      showJobs: () => shell.activateById(sidebar.id),
      openLog: (id, { explain }) => {
        tabs.open({ kind: 'job', id, pane: explain ? 'explain' : 'logs' });
      }
    });

    shell.add(sidebar, 'left', { rank: RANK });
    restorer?.add(sidebar, sidebar.id);
  }
};
