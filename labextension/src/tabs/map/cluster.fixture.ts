import type { Node } from '../../api/types';

type Gpu = Node['gpus'][number];

/** A node for tests: `gpus` GPUs that are free, unless `patch` says otherwise. */
export function aNode(name: string, gpus: Partial<Gpu>[] = [], patch: Partial<Node> = {}): Node {
  return {
    name,
    state: 'ready',
    cpus: 64,
    cpus_free: 64,
    memory: 1 << 30,
    memory_free: 1 << 30,
    memory_used: null,
    gpus: gpus.map((gpu, index) => ({
      index,
      name: 'H100',
      uuid: '',
      memory: 80,
      memory_used: 0,
      utilization: 0,
      temperature: 30,
      job: null,
      owner: null,
      problem: '',
      ...gpu
    })),
    gpus_free: gpus.filter(({ job }) => !job).length,
    jobs: [],
    queues: [],
    rack: '',
    labels: {},
    flavors: [],
    taints: [],
    health: 'ok',
    cpu: null,
    ...patch
  };
}

/** Racks of 16 nodes of 8 GPUs. */
export function racks(nodes: number): Node[] {
  return Array.from({ length: nodes }, (_, number) =>
    aNode(`r${Math.floor(number / 16)}n${number % 16}`, Array<Partial<Gpu>>(8).fill({}), {
      rack: `rack ${Math.floor(number / 16)}`
    })
  );
}
