import type { Requests } from './request';
import type { Check, GpuProcess, Loads, Machine, MachineUse, UseSample } from './types';

/** The cluster's operations, over HTTP. Without the name of a node they mean the first one. */
export class ClusterApi {
  constructor(private readonly _requests: Requests) {}

  /** What a node has. */
  machine(signal?: AbortSignal, node?: string): Promise<Machine> {
    return this._requests.call(
      'get',
      '/ogai/cluster/machine',
      input(signal, { node: node ?? null })
    );
  }

  /** What a node does now. */
  use(signal?: AbortSignal, node?: string): Promise<MachineUse> {
    return this._requests.call('get', '/ogai/cluster/use', input(signal, { node: node ?? null }));
  }

  /** What all nodes do now, in columns. */
  loads(signal?: AbortSignal): Promise<Loads> {
    return this._requests.call('get', '/ogai/cluster/loads', { ...(signal && { signal }) });
  }

  /** What a node did from a time (Unix seconds) on, oldest first. */
  history(node: string, since: number, signal?: AbortSignal): Promise<UseSample[]> {
    return this._requests.call('get', '/ogai/cluster/history', input(signal, { node, since }));
  }

  /** Run the quick health checks of a node; worst first. */
  checks(node: string, signal?: AbortSignal): Promise<Check[]> {
    return this._requests.call('get', '/ogai/cluster/checks', input(signal, { node }));
  }

  /** The processes that hold memory of a node's GPUs. */
  processes(node: string, signal?: AbortSignal): Promise<GpuProcess[]> {
    return this._requests.call('get', '/ogai/cluster/processes', input(signal, { node }));
  }
}

function input<Q extends object>(signal: AbortSignal | undefined, query: Q) {
  return { query, ...(signal && { signal }) };
}
