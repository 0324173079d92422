import type { ClustersApi } from '../api/clusters';
import { Problem } from '../api/problem';
import type { ClusterGlance, Node, NodePage } from '../api/types';
import { Resource } from './resource';
import type { ILive } from './stream';

/** Milliseconds between two looks at the numbers of clusters; the server has them at hand. */
const PULSE = 5_000;
/** Milliseconds between two looks at every node of a cluster. */
const NODES_PULSE = 10_000;
/** So many looks at the numbers are one look at which clusters there are. */
const KNOWN_EVERY = 12;
/** Milliseconds after which a cluster that has not answered no longer keeps the others waiting. */
const PATIENCE = 3_000;

/** A cluster of the sidebar; `awaited` until it has first answered. */
export type FleetMember = ClusterGlance & { awaited?: boolean };

/** The nodes of one cluster. */
export interface INodesPicture {
  nodes: Node[];
}

/** The clusters that are described on the server, each in a few numbers. */
export function fleetResource(
  live: ILive,
  clusters: Pick<ClustersApi, 'known' | 'glance'>
): Resource<FleetMember[]> {
  let beats = 0;
  const load = async (signal: AbortSignal): Promise<FleetMember[]> => {
    const known = await clusters.known(signal).catch(noneIfForbidden);
    const described = known.filter(({ configured }) => configured);
    return lookAt(
      clusters,
      described.map(({ name, namespace }) => awaited(name, namespace)),
      signal
    );
  };
  return new Resource<FleetMember[]>(live, {
    load,
    concerns: () => false, // what is on a cluster, no event of ours tells
    pulse: PULSE,
    glance: (before, signal) =>
      ++beats % KNOWN_EVERY === 0 ? load(signal) : lookAt(clusters, before, signal)
  });
}

/** Ask each cluster; one that is slow or fails keeps nobody from seeing the others. */
export function lookAt(
  clusters: Pick<ClustersApi, 'glance'>,
  before: readonly FleetMember[],
  signal: AbortSignal
): Promise<FleetMember[]> {
  return Promise.all(
    before.map(member =>
      Promise.race([
        clusters.glance(member.name, signal).catch(told(member)),
        later(PATIENCE, signal, member)
      ])
    )
  );
}

/** Every node of one cluster, kept fresh while somebody looks. */
export function clusterNodesResource(
  live: ILive,
  clusters: Pick<ClustersApi, 'nodes'>,
  cluster: string
): Resource<INodesPicture> {
  const load = async (signal: AbortSignal) => ({ nodes: await clusters.nodes(cluster, signal) });
  return new Resource<INodesPicture>(live, {
    load,
    concerns: () => false,
    pulse: NODES_PULSE,
    glance: (_, signal) => load(signal)
  });
}

/** The page of one node of a cluster. */
export function nodePageResource(
  live: ILive,
  clusters: Pick<ClustersApi, 'page'>,
  cluster: string,
  node: string
): Resource<NodePage> {
  return new Resource<NodePage>(live, {
    load: signal => clusters.page(cluster, node, signal),
    concerns: () => false,
    pulse: PULSE,
    glance: (_, signal) => clusters.page(cluster, node, signal)
  });
}

/** What is wrong with one cluster is told at its place. */
function told(member: FleetMember): (error: unknown) => FleetMember {
  return error => {
    const problem = Problem.from(error);
    if (problem.status === 0) {
      throw problem; // it is our own server that does not answer
    }
    return { ...member, awaited: false, problem: problem.message, action: problem.action };
  };
}

/** A cluster that has not answered yet. */
export function awaited(name: string, namespace: string): FleetMember {
  return {
    name,
    namespace,
    states: null,
    gpus: 0,
    gpus_free: 0,
    cpus: 0,
    cpus_free: 0,
    queues: null,
    stale_since: null,
    problem: '',
    action: '',
    awaited: true
  };
}

function later<T>(milliseconds: number, signal: AbortSignal, value: T): Promise<T> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(value), milliseconds);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}

function noneIfForbidden(error: unknown): [] {
  if (Problem.from(error).status === 403) {
    return [];
  }
  throw error;
}
