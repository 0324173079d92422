import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';

import { JOB_MIME, JobOutput } from '../notebook/job-output';
import { IOgaiLab } from '../tokens';

/** Before HTML (50): where this extension is not, the card alone is shown. */
const RANK = 45;

/** Jobs in the outputs of notebooks stay live when their kernel is gone. */
export const jobOutputPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:job-output',
  description: 'Shows a job in the output of a cell live, also after a reload.',
  autoStart: true,
  requires: [IOgaiLab, IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, lab: IOgaiLab, rendermime: IRenderMimeRegistry): void => {
    rendermime.addFactory(
      {
        safe: true,
        mimeTypes: [JOB_MIME],
        createRenderer: () => new JobOutput({ lab, commands: app.commands, rendermime })
      },
      RANK
    );
  }
};
