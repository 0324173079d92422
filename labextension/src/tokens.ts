import { Token } from '@lumino/coreutils';

import type { SchedulerApi } from './api/scheduler';
import type { IJobStore } from './store/types';
import type { Words } from './words';

/** What the plugins of OGAI Lab share. */
export interface IOgaiLab {
  readonly scheduler: SchedulerApi;
  readonly jobs: IJobStore;
  readonly words: Words;
}

export const IOgaiLab = new Token<IOgaiLab>(
  '@ogai/lab:IOgaiLab',
  'The connection to OGAI Lab on the server: its operations and the live store of jobs.'
);
