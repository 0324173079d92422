import type { JobState, MadeModel, Node } from '../api/types';
import type { Seen } from '../store/seen';
import type { Words } from '../words';
import { troubled } from './cluster/totals';

/** Something that ended, and how. */
interface IEnding {
  id: string;
  state: JobState;
  ended: number | null;
}

/** What a badge says; undefined where nothing calls for attention. */
export interface INotice {
  text: string;
  title: string;
}

/** The ids of what failed lately and nobody has looked at. */
export function unseenFailures(
  endings: readonly IEnding[],
  seen: Pick<Seen, 'has'>,
  since: number
): string[] {
  return endings
    .filter(({ id, state, ended }) => state === 'failed' && (ended ?? 0) >= since && !seen.has(id))
    .map(({ id }) => id);
}

export function failedNotice(count: number, { trans }: Words): INotice | undefined {
  return count > 0
    ? {
        text: trans._n('%1 failed', '%1 failed', count),
        title: trans._n(
          '%1 failed lately and was not opened. Mark it as seen',
          '%1 failed lately and were not opened. Mark them as seen',
          count
        )
      }
    : undefined;
}

export function nodesNotice(nodes: readonly Node[], { trans }: Words): INotice | undefined {
  const count = nodes.filter(troubled).length;
  return count > 0
    ? {
        text: trans._n('%1 in trouble', '%1 in trouble', count),
        title: trans._n(
          '%1 node is unreachable or has a fault. Open the map',
          '%1 nodes are unreachable or have a fault. Open the map',
          count
        )
      }
    : undefined;
}

export function modelsNotice(made: readonly MadeModel[], { trans }: Words): INotice | undefined {
  return made.length > 0
    ? {
        text: trans._n('%1 new', '%1 new', made.length),
        title: trans._n(
          '%1 model was made and is not registered. Register it',
          '%1 models were made and are not registered. Register one',
          made.length
        )
      }
    : undefined;
}
