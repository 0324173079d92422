import type { Loads, Node } from '../api/types';

/**
 * The nodes with what they do now: who holds what of them stays as it was.
 *
 * @returns undefined when the loads are of other nodes than these.
 */
export function withLoads(nodes: readonly Node[], loads: Loads): Node[] | undefined {
  const places = new Map(loads.nodes.map((name, place) => [name, place]));
  const updated: Node[] = [];
  for (const node of nodes) {
    const place = places.get(node.name);
    const shares = place === undefined ? undefined : loads.utilization[place];
    if (place === undefined || shares?.length !== node.gpus.length) {
      return undefined;
    }
    updated.push({
      ...node,
      health: loads.health[place]!,
      cpu: loads.cpu[place]!,
      memory_used: loads.memory_used[place]!,
      gpus: node.gpus.map((gpu, index) => ({
        ...gpu,
        utilization: shares[index]!,
        memory_used: loads.gpu_memory_used[place]![index]!,
        temperature: loads.temperature[place]![index]!
      }))
    });
  }
  return nodes.length === loads.nodes.length ? updated : undefined;
}
