import type { ClusterApi } from '../../api/cluster';
import type { Check, GpuProcess, Machine, UseSample } from '../../api/types';
import { Resource } from '../../store/resource';
import type { ILive } from '../../store/stream';

/** Milliseconds between two looks at what the node does. */
const PULSE = 5_000;
/** Seconds of the past that are shown. */
const PAST = 1_800;

/** What is known of one node besides its place in the cluster. */
export interface INodePicture {
  machine: Machine;
  checks: Check[];
  /** When the checks were made, in Unix seconds. */
  checked: number;
  processes: GpuProcess[];
  /** Oldest first. */
  samples: UseSample[];
}

/** One node, kept fresh while its page is looked at. */
export function nodeResource(
  live: ILive,
  cluster: Pick<ClusterApi, 'machine' | 'checks' | 'processes' | 'history'>,
  name: string
): Resource<INodePicture> {
  return new Resource<INodePicture>(live, {
    load: async signal => {
      const since = Date.now() / 1000 - PAST;
      const [machine, checks, processes, samples] = await Promise.all([
        cluster.machine(signal, name),
        cluster.checks(name, signal),
        cluster.processes(name, signal),
        cluster.history(name, since, signal)
      ]);
      return { machine, checks, checked: Date.now() / 1000, processes, samples };
    },
    concerns: () => false, // what jobs do to a node is told by the picture of the cluster
    pulse: PULSE,
    glance: async (before, signal) => {
      const last = before.samples[before.samples.length - 1];
      const [processes, news] = await Promise.all([
        cluster.processes(name, signal),
        cluster.history(name, last?.time ?? Date.now() / 1000 - PAST, signal)
      ]);
      return { ...before, processes, samples: joined(before.samples, news) };
    }
  });
}

/** Samples with newer ones behind them, and without those that are too old to be shown. */
export function joined(before: readonly UseSample[], news: readonly UseSample[]): UseSample[] {
  const last = before[before.length - 1]?.time ?? -Infinity;
  const all = [...before, ...news.filter(({ time }) => time > last)];
  const newest = all[all.length - 1]?.time ?? 0;
  return all.filter(({ time }) => time >= newest - PAST);
}
