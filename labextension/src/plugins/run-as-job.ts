import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';

import { runAsJobIcon } from '../icons';
import { runAsJob } from '../notebook/run-as-job';
import { ITabs } from '../tabs/tabs';
import { IOgaiLab } from '../tokens';

const COMMAND = 'ogai:run-as-job';

/** The button in a notebook's toolbar; the toolbar itself is described in the schema. */
export const runAsJobPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:run-as-job',
  description: 'Adds “Run as Job” to the toolbar of notebooks.',
  autoStart: true,
  requires: [IOgaiLab, ITabs],
  optional: [INotebookTracker, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    tabs: ITabs,
    notebooks: INotebookTracker | null,
    palette: ICommandPalette | null
  ): void => {
    if (!notebooks) {
      return;
    }
    const { commands } = app;
    const { trans } = lab.words;
    commands.addCommand(COMMAND, {
      label: trans.__('Run as Job'),
      caption: trans.__('Save this notebook and run it as a job'),
      icon: runAsJobIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: () => notebooks.currentWidget !== null,
      execute: async () => {
        const panel = notebooks.currentWidget;
        if (panel) {
          await runAsJob(lab, commands, tabs, panel);
        }
      }
    });
    notebooks.currentChanged.connect(() => {
      commands.notifyCommandChanged(COMMAND);
    });
    palette?.addItem({ command: COMMAND, category: trans.__('OGAI Lab'), rank: 10 });
  }
};
