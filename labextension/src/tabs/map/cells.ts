import type { Node } from '../../api/types';

/** What a cell's shape tells. */
export type Occupancy = 'used' | 'reserved' | 'idle' | 'drain' | 'fault';
export type Health = Node['health'];
export type Grouping = 'rack' | 'queue' | 'flavor' | 'state';

export const OCCUPANCIES: Occupancy[] = ['used', 'reserved', 'idle', 'drain', 'fault'];

/** Below this share a GPU that a job holds does nothing. */
const ASLEEP = 0.02;

/** One GPU of a node, or all cores of a node without GPUs. */
export interface ICell {
  readonly node: Node;
  /** The place among the node's GPUs; -1 for its cores. */
  readonly gpu: number;
  readonly occupancy: Occupancy;
  readonly health: Health;
  /** The share that is busy, 0 to 1; null where nobody tells. */
  readonly use: number | null;
  readonly temperature: number | null;
  readonly owner: string | null;
  readonly job: string | null;
}

/** Nodes that stand together, under one title. */
export interface IGroup {
  readonly key: string;
  readonly nodes: INodeCells[];
}

export interface INodeCells {
  readonly node: Node;
  readonly cells: ICell[];
}

/** The cells of one node. */
export function cellsOf(node: Node): ICell[] {
  if (node.gpus.length === 0) {
    return [coresOf(node)];
  }
  return node.gpus.map((gpu, place) => {
    const fault = Boolean(gpu.problem) || node.state === 'unreachable';
    return {
      node,
      gpu: place,
      occupancy: fault ? 'fault' : occupancy(node, gpu.job !== null, gpu.utilization),
      health: fault ? 'critical' : gpuHealth(node),
      use: gpu.utilization,
      temperature: gpu.temperature,
      owner: gpu.owner,
      job: gpu.job
    };
  });
}

/** Put nodes under titles; titles and nodes are in the order of their names. */
export function groupNodes(nodes: readonly Node[], by: Grouping): IGroup[] {
  const groups = new Map<string, INodeCells[]>();
  for (const node of nodes) {
    const key = groupOf(node, by);
    const members = groups.get(key);
    const member = { node, cells: cellsOf(node) };
    if (members) {
      members.push(member);
    } else {
      groups.set(key, [member]);
    }
  }
  return [...groups]
    .map(([key, members]) => ({
      key,
      nodes: members.sort((one, other) => compareNames(one.node.name, other.node.name))
    }))
    .sort((one, other) => compareNames(one.key, other.key));
}

/** Names by their words, and by the value of the numbers in them. */
export const compareNames: (one: string, other: string) => number = new Intl.Collator('en', {
  numeric: true
}).compare;

/** Whether every word of a filter is in what a node is known by. */
export function matches(node: Node, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return true;
  }
  const owners = node.gpus.map(gpu => gpu.owner ?? '');
  const labels = Object.entries(node.labels).map(([key, value]) => `${key}=${value}`);
  const known = [
    ...[node.name, node.rack, node.state, node.health],
    ...[node.queues, node.jobs, node.flavors, node.taints, owners, labels].flat(),
    node.gpus[0]?.name ?? ''
  ]
    .join('\n')
    .toLowerCase();
  return words.every(word => known.includes(word));
}

/** The owners of what is held, those who hold most first. */
export function ownersOf(nodes: readonly Node[]): [owner: string, gpus: number][] {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    for (const { owner } of node.gpus) {
      if (owner) {
        counts.set(owner, (counts.get(owner) ?? 0) + 1);
      }
    }
  }
  return [...counts].sort(([one, many], [other, more]) => more - many || compareNames(one, other));
}

/** How many cells have each shape. */
export function countOccupancies(groups: readonly IGroup[]): Record<Occupancy, number> {
  const counts = { used: 0, reserved: 0, idle: 0, drain: 0, fault: 0 };
  for (const { nodes } of groups) {
    for (const { cells } of nodes) {
      for (const cell of cells) {
        counts[cell.occupancy]++;
      }
    }
  }
  return counts;
}

function coresOf(node: Node): ICell {
  const held = node.cpus_free < node.cpus;
  const share = node.cpu ?? (node.cpus > 0 ? 1 - node.cpus_free / node.cpus : 0);
  const fault = node.state === 'unreachable';
  return {
    node,
    gpu: -1,
    occupancy: fault ? 'fault' : occupancy(node, held, held ? share : 0),
    health: fault ? 'critical' : node.health,
    use: node.cpu,
    temperature: null,
    owner: null,
    job: node.jobs[0] ?? null
  };
}

function occupancy(node: Node, held: boolean, use: number | null): Occupancy {
  if (held) {
    return use !== null && use < ASLEEP ? 'reserved' : 'used';
  }
  if (node.state === 'draining') {
    return 'drain';
  }
  return (use ?? 0) >= ASLEEP ? 'used' : 'idle'; // used by somebody who asked no scheduler
}

/** A node is critical when one of its GPUs is; its other GPUs are well. */
function gpuHealth(node: Node): Health {
  const byGpu = node.health === 'critical' && node.gpus.some(gpu => gpu.problem);
  return byGpu ? 'ok' : node.health;
}

function groupOf(node: Node, by: Grouping): string {
  switch (by) {
    case 'rack':
      return node.rack;
    case 'queue':
      return node.queues.join(' + ');
    case 'flavor':
      return node.flavors.join(' + ');
    case 'state':
      return node.state;
  }
}
