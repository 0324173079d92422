import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { Requests } from '../api/request';
import { SchedulerApi } from '../api/scheduler';
import { JobStore } from '../store/job-store';
import { IOgaiLab } from '../tokens';
import { Words } from '../words';

/** The connection that everything else shares. */
export const labPlugin: JupyterFrontEndPlugin<IOgaiLab> = {
  id: '@ogai/lab:lab',
  description: 'Connects to OGAI Lab on the server and keeps the live store of jobs.',
  autoStart: true,
  provides: IOgaiLab,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null): IOgaiLab => {
    const scheduler = new SchedulerApi(new Requests(app.serviceManager.serverSettings));
    return {
      scheduler,
      jobs: new JobStore(scheduler),
      words: new Words(translator ?? nullTranslator)
    };
  }
};
