import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';

import { CommandIDs, registerCommands } from '../commands';
import { createSidebar } from '../panels/jobs/jobs-panel';
import { LogTab } from '../tabs/log/log-tab';
import { IOgaiLab } from '../tokens';

/** Where the sidebar stands among the others of the left area. */
const RANK = 350;

/** The sidebar with the live list of jobs, the log tabs, and the commands on jobs. */
export const jobsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:jobs',
  description: 'Shows the jobs of OGAI Lab in the sidebar and their logs in tabs.',
  autoStart: true,
  requires: [IOgaiLab],
  optional: [ILabShell, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const { commands, shell } = app;
    const sidebar = createSidebar(lab, commands);
    const tabs = new WidgetTracker<MainAreaWidget<LogTab>>({ namespace: 'ogai-log' });

    registerCommands(commands, lab, {
      jobAtPointer: () => app.contextMenuHitTest(node => 'jobId' in node.dataset)?.dataset.jobId,
      showJobs: () => shell.activateById(sidebar.id),
      openLog: (id, { explain }) => {
        const tab = tabs.find(other => other.content.jobId === id) ?? openTab(id);
        if (explain) {
          tab.content.explaining = true;
        }
        shell.activateById(tab.id);
      }
    });

    const openTab = (id: string): MainAreaWidget<LogTab> => {
      const tab = new MainAreaWidget({ content: new LogTab(lab, id, commands) });
      tab.id = `ogai-log-${id}`;
      tab.toolbar.hide();
      // Notebook 7 has room for one widget in its main area; below it, it shows tabs too.
      shell.add(tab, labShell ? 'main' : 'down');
      void tabs.add(tab);
      return tab;
    };

    shell.add(sidebar, 'left', { rank: RANK });
    restorer?.add(sidebar, sidebar.id);
    void restorer?.restore(tabs, {
      command: CommandIDs.openLog,
      args: tab => ({ id: tab.content.jobId }),
      name: tab => tab.content.jobId
    });
  }
};
