import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Signal } from '@lumino/signaling';

import { CommandIDs } from '../commands';
import { glanceResource } from '../status/glance';
import { StatusItem } from '../status/status-item';
import { IOgaiLab } from '../tokens';

const ID = '@ogai/lab:status';

/** Running jobs and free GPUs in the status bar. */
export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Shows running jobs and what is free in the status bar.',
  autoStart: true,
  requires: [IOgaiLab],
  optional: [IStatusBar, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    statusBar: IStatusBar | null,
    registry: ISettingRegistry | null
  ): void => {
    if (!statusBar) {
      return;
    }
    void app.restored.then(async () => {
      const settings = await registry?.load(ID).catch(() => undefined);
      const wanted = () => (settings?.composite.show ?? true) as boolean;
      const item = new StatusItem(
        glanceResource(lab.live, lab.scheduler),
        lab.words,
        () => void app.commands.execute(CommandIDs.showJobs)
      );
      const changed = new Signal<unknown, void>(item);
      settings?.changed.connect(() => changed.emit());
      statusBar.registerStatusItem(ID, {
        item,
        align: 'left',
        rank: 20,
        isActive: wanted,
        activeStateChanged: changed
      });
    });
  }
};
