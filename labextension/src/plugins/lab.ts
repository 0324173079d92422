import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { ClusterApi } from '../api/cluster';
import { ClustersApi } from '../api/clusters';
import { DataApi } from '../api/data';
import { ModelsApi } from '../api/models';
import { Requests } from '../api/request';
import { SchedulerApi } from '../api/scheduler';
import { SessionsApi } from '../api/sessions';
import { clusterResource, isAboutJobs } from '../store/cluster';
import { fleetResource } from '../store/fleet';
import { JobStore } from '../store/job-store';
import { Resource } from '../store/resource';
import { Seen } from '../store/seen';
import { sessionsResource } from '../store/sessions';
import { Live } from '../store/stream';
import { IOgaiLab } from '../tokens';
import { Words } from '../words';

/** The connection that everything else shares. */
export const labPlugin: JupyterFrontEndPlugin<IOgaiLab> = {
  id: '@ogai/lab:lab',
  description: 'Connects to OGAI Lab on the server and keeps what it has live.',
  autoStart: true,
  provides: IOgaiLab,
  optional: [ITranslator, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    state: IStateDB | null
  ): IOgaiLab => {
    const requests = new Requests(
      app.serviceManager.serverSettings,
      translator?.languageCode.replace('_', '-')
    );
    const scheduler = new SchedulerApi(requests);
    const cluster = new ClusterApi(requests);
    const clusters = new ClustersApi(requests);
    const sessionsApi = new SessionsApi(requests);
    const data = new DataApi(requests);
    const models = new ModelsApi(requests);
    const live = new Live(scheduler);
    const seen = new Seen(state);
    void seen.restore();
    return {
      requests,
      scheduler,
      cluster,
      clusters,
      sessionsApi,
      data,
      models,
      live,
      jobs: new JobStore(scheduler, live),
      nodes: clusterResource(live, scheduler, cluster),
      fleet: fleetResource(live, clusters),
      runs: new Resource(live, {
        load: signal => data.runs(signal),
        concerns: isAboutJobs
      }),
      catalog: new Resource(live, {
        load: signal => models.models(signal),
        concerns: event => event.schema_id.includes('/models/version/')
      }),
      sessions: sessionsResource(live, sessionsApi),
      seen,
      words: new Words(translator ?? nullTranslator)
    };
  }
};
