import type { Node } from '../../api/types';
import type { Words } from '../../words';

/** The word for a node's state. */
export function nodeState(state: Node['state'], { trans }: Words): string {
  const words: Record<Node['state'], string> = {
    ready: trans.__('Ready'),
    busy: trans.__('Busy'),
    draining: trans.__('Draining'),
    unreachable: trans.__('Unreachable')
  };
  return words[state];
}
