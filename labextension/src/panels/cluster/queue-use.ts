import type { ClusterQueueView } from '../../api/types';

/** What a queue's jobs hold of one resource, in all its flavors. */
export interface IQueueUse {
  resource: string;
  used: number;
  /** What it may hold of its own; null where that cannot be seen. */
  nominal: number | null;
}

/** Resources that are not told in a line of the sidebar. */
const SILENT = ['memory', 'pods', 'ephemeral-storage'];

/** What a queue uses: devices first, then cores. */
export function queueUse({ shares }: Pick<ClusterQueueView, 'shares'>): IQueueUse[] {
  const sums = new Map<string, IQueueUse>();
  for (const { resource, used, nominal } of shares) {
    if (SILENT.includes(resource)) {
      continue;
    }
    const before = sums.get(resource) ?? { resource, used: 0, nominal: 0 };
    sums.set(resource, {
      resource,
      used: before.used + used,
      nominal: before.nominal === null || nominal === null ? null : before.nominal + nominal
    });
  }
  return [...sums.values()].sort(
    (one, other) => Number(one.resource === 'cpu') - Number(other.resource === 'cpu')
  );
}
