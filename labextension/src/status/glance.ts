import type { SchedulerApi } from '../api/scheduler';
import type { Node, Queue } from '../api/types';
import { totals } from '../panels/cluster/totals';
import { isAboutJobs } from '../store/cluster';
import { Resource } from '../store/resource';
import type { ILive } from '../store/stream';

/** The cluster in four numbers. */
export interface IGlance {
  running: number;
  waiting: number;
  /** Whether the machines have GPUs; else cores are counted. */
  gpus: boolean;
  free: number;
  all: number;
}

/** Nodes are many and change slowly: they are asked for once in so many milliseconds. */
const NODES_EVERY = 10_000;

/** The four numbers, kept fresh with little: the queues at each event, the nodes now and then. */
export function glanceResource(
  live: ILive,
  scheduler: Pick<SchedulerApi, 'nodes' | 'queues'>
): Resource<IGlance> {
  let queues: Queue[] = [];
  let nodes: Node[] = [];
  let asked = -Infinity;
  let behind = false;
  const look = async (signal: AbortSignal) => {
    nodes = await scheduler.nodes(signal);
    asked = Date.now();
    behind = false;
  };
  return new Resource(live, {
    concerns: isAboutJobs,
    load: async signal => {
      behind = true;
      if (Date.now() - asked > NODES_EVERY) {
        await look(signal);
      }
      queues = await scheduler.queues(signal);
      return summed(queues, nodes);
    },
    pulse: NODES_EVERY,
    glance: async (before, signal) => {
      if (!behind) {
        return before;
      }
      await look(signal);
      return summed(queues, nodes);
    }
  });
}

/** Add up what queues and nodes say. */
export function summed(queues: readonly Queue[], nodes: readonly Node[]): IGlance {
  const running = queues.reduce((sum, queue) => sum + queue.running, 0);
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const { gpus, gpusFree, cpus, cpusFree } = totals(nodes);
  return gpus > 0
    ? { running, waiting, gpus: true, free: gpusFree, all: gpus }
    : { running, waiting, gpus: false, free: Math.floor(cpusFree), all: Math.floor(cpus) };
}
