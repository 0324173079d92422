import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { IWishes } from '../notify/news';
import { Notifier } from '../notify/notifier';
import { IOgaiLab } from '../tokens';

const ID = '@ogai/lab:notifications';

const DEFAULTS: IWishes = { started: 'waited', succeeded: true, failed: true, cancelled: false };

/** Messages when a job of the reader starts, fails or ends. */
export const notificationsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Tells when a job of yours starts, fails or ends.',
  autoStart: true,
  requires: [IOgaiLab],
  optional: [ISettingRegistry],
  activate: (app: JupyterFrontEnd, lab: IOgaiLab, registry: ISettingRegistry | null): void => {
    let notifier: Notifier | undefined;
    const apply = (wishes: IWishes) => {
      const { started, succeeded, failed, cancelled } = wishes;
      if (started === 'never' && !succeeded && !failed && !cancelled) {
        notifier?.dispose();
        notifier = undefined;
      } else if (notifier) {
        notifier.wishes = wishes;
      } else {
        notifier = new Notifier(lab, app.commands, wishes);
      }
    };
    void app.restored.then(async () => {
      // Without settings (a page that has none, a broken file) the defaults are good.
      const settings = await registry?.load(ID).catch(() => undefined);
      const read = () => apply({ ...DEFAULTS, ...settings?.composite });
      settings?.changed.connect(read);
      read();
    });
  }
};
