import type { Requests } from './request';
import type { Machine, MachineUse } from './types';

/** The cluster's operations, over HTTP. */
export class ClusterApi {
  constructor(private readonly _requests: Requests) {}

  /** What the server's machine has. */
  machine(signal?: AbortSignal): Promise<Machine> {
    return this._requests.call('get', '/ogai/cluster/machine', { ...(signal && { signal }) });
  }

  /** What the server's machine does now. */
  use(signal?: AbortSignal): Promise<MachineUse> {
    return this._requests.call('get', '/ogai/cluster/use', { ...(signal && { signal }) });
  }
}
