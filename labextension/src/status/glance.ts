import type { SchedulerApi } from '../api/scheduler';
import type { Node, Queue } from '../api/types';
import { isAboutJobs, type ClusterPicture } from '../store/cluster';
import { Resource, type IResource } from '../store/resource';
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
  scheduler: Pick<SchedulerApi, 'nodes' | 'queues'>,
  picture: Pick<IResource<ClusterPicture>, 'value' | 'connection'>
): Resource<IGlance> {
  let nodes: Node[] = [];
  let asked = -Infinity;
  return new Resource(live, {
    concerns: isAboutJobs,
    load: async signal => {
      const shared = picture.connection === 'live' ? picture.value : undefined;
      if (shared) {
        return summed(shared.queues, shared.nodes);
      }
      if (Date.now() - asked > NODES_EVERY) {
        nodes = await scheduler.nodes(signal);
        asked = Date.now();
      }
      return summed(await scheduler.queues(signal), nodes);
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
