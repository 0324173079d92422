import { Token } from '@lumino/coreutils';

import type { ClusterApi } from './api/cluster';
import type { ClustersApi } from './api/clusters';
import type { DataApi } from './api/data';
import type { ModelsApi } from './api/models';
import type { Requests } from './api/request';
import type { SchedulerApi } from './api/scheduler';
import type { SessionsApi } from './api/sessions';
import type { DataRun, Model, Session } from './api/types';
import type { ClusterPicture } from './store/cluster';
import type { FleetMember } from './store/fleet';
import type { IResource } from './store/resource';
import type { ILive } from './store/stream';
import type { Seen } from './store/seen';
import type { IJobStore } from './store/types';
import type { Words } from './words';

/** What the plugins of OGAI Lab share. */
export interface IOgaiLab {
  /** The one way to the server. */
  readonly requests: Requests;
  readonly scheduler: SchedulerApi;
  readonly cluster: ClusterApi;
  readonly clusters: ClustersApi;
  readonly sessionsApi: SessionsApi;
  readonly data: DataApi;
  readonly models: ModelsApi;
  /** The one stream of events; all that follows is fed by it. */
  readonly live: ILive;
  readonly jobs: IJobStore;
  readonly nodes: IResource<ClusterPicture>;
  /** The clusters besides the server's machine, each in a few numbers. */
  readonly fleet: IResource<FleetMember[]>;
  readonly runs: IResource<DataRun[]>;
  readonly catalog: IResource<Model[]>;
  /** The sessions that have not ended. */
  readonly sessions: IResource<Session[]>;
  /** The jobs whose end the reader has looked at. */
  readonly seen: Seen;
  readonly words: Words;
}

export const IOgaiLab = new Token<IOgaiLab>(
  '@ogai/lab:IOgaiLab',
  'The connection to OGAI Lab on the server: its operations and the live stores.'
);
