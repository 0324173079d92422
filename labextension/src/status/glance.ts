import type { SchedulerApi } from '../api/scheduler';
import type { Node, Queue } from '../api/types';
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
  const sum = <T>(items: readonly T[], of: (item: T) => number) =>
    items.reduce((total, item) => total + of(item), 0);
  const running = sum(queues, queue => queue.running);
  const waiting = sum(queues, queue => queue.waiting);
  const all = sum(nodes, node => node.gpus.length);
  return all > 0
    ? { running, waiting, gpus: true, free: sum(nodes, node => node.gpus_free), all }
    : {
        running,
        waiting,
        gpus: false,
        free: Math.floor(sum(nodes, node => node.cpus_free)),
        all: Math.floor(sum(nodes, node => node.cpus))
      };
}
