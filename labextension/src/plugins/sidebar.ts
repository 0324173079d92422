import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';

import { registerThingCommands } from '../panels/commands';
import { dropped } from '../panels/drag';
import { notebookCells } from '../panels/insert-cell';
import { remember } from '../panels/memory';
import { createSidebar, SECTIONS } from '../panels/sidebar';
import { IOgaiLab } from '../tokens';

const ID = '@ogai/lab:sidebar';
/** Where the sidebar stands among the others of the left area. */
const RANK = 350;

/** The sidebar: cluster, jobs, data and models, and the commands on what it lists. */
export const sidebarPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Shows the cluster, jobs, data and models of OGAI Lab in the sidebar.',
  autoStart: true,
  requires: [IOgaiLab],
  optional: [ILayoutRestorer, IStateDB, INotebookTracker, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    notebooks: INotebookTracker | null,
    settings: ISettingRegistry | null
  ): void => {
    registerThingCommands(app.commands, lab, {
      ...notebookCells(notebooks),
      atPointer: key => app.contextMenuHitTest(node => key in node.dataset)?.dataset
    });
    // JupyterLab selects from the cell before to the one that was dropped: to run or delete what
    // was dropped would run or delete its neighbour too.
    dropped.connect(() => notebooks?.currentWidget?.content.deselectAll());
    const { sidebar, accordion } = createSidebar(lab, app.commands);
    app.shell.add(sidebar, 'left', { rank: RANK });
    restorer?.add(sidebar, sidebar.id);
    // Neither is waited for: what is remembered is known only after every plugin is active.
    void remember(accordion, SECTIONS, state);
    void settings
      ?.load(ID)
      .then(({ composite }) => (lab.jobs.mine = composite.mine === true))
      .catch(() => undefined);
  }
};
