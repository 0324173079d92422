import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { compareIcon } from '../icons';
import { ITabs } from '../tabs/tabs';
import { IOgaiLab } from '../tokens';

/** The tab that compares versions of models, and jobs. */
export const comparePlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:compare',
  description: 'Compares versions of models, and jobs, side by side.',
  autoStart: true,
  requires: [IOgaiLab, ITabs],
  activate: (app: JupyterFrontEnd, lab: IOgaiLab, tabs: ITabs): void => {
    tabs.register({
      kind: 'compare',
      icon: compareIcon,
      label: lab.words.trans.__('Compare'),
      open: async (_, args, tab) => {
        const { CompareTab } = await import('../tabs/compare/compare-tab');
        return new CompareTab(lab, app.commands, tab, args);
      }
    });
  }
};
