import type { Node } from '../../api/types';

/** The states of nodes, the ones that call for somebody first. */
export const NODE_STATES: Node['state'][] = ['unreachable', 'draining', 'busy', 'ready'];

/** What the nodes of a cluster have and what is free, summed up. */
export interface ITotals {
  states: Record<Node['state'], number>;
  gpus: number;
  gpusFree: number;
  cpus: number;
  cpusFree: number;
  /** How many nodes somebody should look at. */
  troubled: number;
}

/** Sum up nodes; what an unreachable one has counts as nobody's. */
export function totals(nodes: readonly Node[]): ITotals {
  const sums: ITotals = {
    states: { unreachable: 0, draining: 0, busy: 0, ready: 0 },
    gpus: 0,
    gpusFree: 0,
    cpus: 0,
    cpusFree: 0,
    troubled: 0
  };
  for (const node of nodes) {
    const usable = node.state === 'ready' || node.state === 'busy';
    sums.states[node.state]++;
    sums.gpus += node.gpus.length;
    sums.cpus += node.cpus;
    sums.gpusFree += usable ? node.gpus_free : 0;
    sums.cpusFree += usable ? node.cpus_free : 0;
    sums.troubled += troubled(node) ? 1 : 0;
  }
  return sums;
}

/** Whether somebody should look at a node. */
export function troubled(node: Node): boolean {
  return (
    node.state === 'unreachable' ||
    node.health === 'critical' ||
    node.gpus.some(({ problem }) => problem !== '')
  );
}

/** The nodes in the order of a list: those in trouble first, then by their names. */
export function inOrder(nodes: readonly Node[], locale?: string): Node[] {
  const { compare } = new Intl.Collator(locale, { numeric: true });
  return [...nodes].sort(
    (a, b) => Number(troubled(b)) - Number(troubled(a)) || compare(a.name, b.name)
  );
}
