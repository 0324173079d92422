import type { ClusterApi } from '../api/cluster';
import { Problem } from '../api/problem';
import type { SchedulerApi } from '../api/scheduler';
import type { ActivityEvent, MachineUse, Node, Queue } from '../api/types';
import { withLoads } from './loads';
import { Resource } from './resource';
import type { ILive } from './stream';

/** Milliseconds between two looks at what the machine does. */
const PULSE = 5_000;
/** So many of them are one look at the nodes, whose state no event tells. */
const NODES_EVERY = 6;
/** So many samples of use are kept: ten minutes of looking. */
const SAMPLES = 120;

/** What was used at one moment, as shares from 0 to 1. */
export interface IUseSample {
  time: number;
  /** Of the cores of all nodes, what jobs hold. */
  cpus: number;
  /** Of the GPUs of all nodes, what jobs hold; null where there are none. */
  gpus: number | null;
  /** How busy the server's machine was; null where that is not told. */
  machine: number | null;
}

/** The cluster at one moment. */
export interface IClusterState {
  nodes: Node[];
  queues: Queue[];
  /** What the server's machine does; undefined where the reader may not know. */
  use: MachineUse | undefined;
}

/** The cluster now, and how its use went while somebody looked, oldest first. */
export type ClusterPicture = IClusterState & { samples: IUseSample[] };

/** The one picture of the cluster that everything shares. */
export function clusterResource(
  live: ILive,
  scheduler: Pick<SchedulerApi, 'nodes' | 'queues'>,
  cluster: Pick<ClusterApi, 'loads' | 'use'>
): Resource<ClusterPicture> {
  let samples: IUseSample[] = [];
  let beats = 0;
  const sampled = (picture: IClusterState): ClusterPicture => {
    samples = [...samples, sample(picture)].slice(-SAMPLES);
    return { ...picture, samples };
  };
  const load = async (signal: AbortSignal): Promise<ClusterPicture> => {
    const [nodes, queues, use] = await Promise.all([
      scheduler.nodes(signal),
      scheduler.queues(signal),
      cluster.use(signal).catch(unlessForbidden)
    ]);
    return sampled({ nodes, queues, use });
  };
  return new Resource(live, {
    load,
    concerns: isAboutJobs,
    pulse: PULSE,
    glance: async (before, signal) => {
      if (++beats % NODES_EVERY === 0) {
        return load(signal);
      }
      const [loads, use] = await Promise.all([
        cluster.loads(signal).catch(unlessForbidden),
        cluster.use(signal).catch(unlessForbidden)
      ]);
      const nodes = loads ? withLoads(before.nodes, loads) : before.nodes;
      return nodes ? sampled({ ...before, nodes, use }) : load(signal); // nodes came or went
    }
  });
}

/** Whether an event tells of a job: what jobs hold of nodes and queues has changed. */
export function isAboutJobs(event: ActivityEvent): boolean {
  return event.schema_id.includes('/scheduler/job/');
}

function sample({ nodes, use }: IClusterState): IUseSample {
  const sum = (of: (node: Node) => number) => nodes.reduce((total, node) => total + of(node), 0);
  const cpus = sum(node => node.cpus);
  const gpus = sum(node => node.gpus.length);
  return {
    time: use?.time ?? Date.now() / 1000,
    cpus: cpus > 0 ? 1 - sum(node => node.cpus_free) / cpus : 0,
    gpus: gpus > 0 ? 1 - sum(node => node.gpus_free) / gpus : null,
    machine: use?.cpu ?? null
  };
}

function unlessForbidden(error: unknown): undefined {
  if (Problem.from(error).status !== 403) {
    throw error;
  }
}
