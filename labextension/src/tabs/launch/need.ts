import type { JSONObject } from '@lumino/coreutils';

import type { Need } from '../../api/types';

/** What the cluster is asked about of a draft: what it can do with the rest, it says in a preview. */
export function needOf(spec: JSONObject): Partial<Need> {
  const need: Record<string, unknown> = {};
  for (const name of ['nodes', 'gpus', 'cpus', 'memory', 'gpu', 'fabric', 'topology'] as const) {
    const value = spec[name];
    if (value !== undefined && value !== null && value !== '') {
      need[name] = value;
    }
  }
  return need;
}
