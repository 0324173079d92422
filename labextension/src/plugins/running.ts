import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRunningSessionManagers, IRunningSessionSidebar } from '@jupyterlab/running';
import { Widget } from '@lumino/widgets';

import { RunningJobs } from '../running/running-jobs';
import { whileShown } from '../shown';
import { IOgaiLab } from '../tokens';

/** The reader's jobs among the running sessions. */
export const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:running',
  description: 'Lists your jobs among the running sessions, and cancels them there.',
  autoStart: true,
  requires: [IOgaiLab],
  optional: [IRunningSessionManagers, IRunningSessionSidebar],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    managers: IRunningSessionManagers | null,
    sidebar: IRunningSessionSidebar | null
  ): void => {
    if (!managers) {
      return;
    }
    const jobs = new RunningJobs(lab, app.commands);
    managers.add(jobs);
    if (sidebar instanceof Widget) {
      whileShown(sidebar, () => jobs.look());
    } else {
      // Notebook 7 does not hand out its panel: there it is a page of its own.
      void app.restored.then(() => jobs.look());
    }
  }
};
