import type { IStateDB } from '@jupyterlab/statedb';
import type { AccordionPanel } from '@lumino/widgets';

import { sleep } from '../store/persist';

const KEY = 'ogai-lab:sidebar';
/** Milliseconds after the last change before it is written. */
const SETTLE = 300;
/** A section with less than this share of the room shows nothing. */
const LEAST = 0.1;

/** Keep which sections of an accordion are open, and how large they are, from session to session. */
export async function remember(
  accordion: AccordionPanel,
  ids: readonly string[],
  state: IStateDB | null
): Promise<void> {
  apply(accordion, ids, await state?.fetch(KEY));
  let last: AbortController | undefined;
  const save = async () => {
    last?.abort();
    const { signal } = (last = new AbortController());
    await sleep(SETTLE, signal);
    if (!signal.aborted && !accordion.isDisposed) {
      const closed = ids.filter((_, index) => accordion.widgets[index]?.isHidden);
      await state?.save(KEY, { closed, sizes: accordion.relativeSizes() });
    }
  };
  accordion.expansionToggled.connect((_, index) => {
    giveRoom(accordion, index);
    void save();
  });
  accordion.handleMoved.connect(() => void save());
  accordion.disposed.connect(() => last?.abort());
}

/** A section that was never open before has no size yet: share the room evenly. */
function giveRoom(accordion: AccordionPanel, index: number): void {
  const hidden = accordion.widgets.map(({ isHidden }) => isHidden);
  const share = accordion.relativeSizes()[index] ?? 0;
  if (!hidden[index] && share < LEAST) {
    accordion.setRelativeSizes(hidden.map(closed => (closed ? 0 : 1)));
  }
}

function apply(accordion: AccordionPanel, ids: readonly string[], kept: unknown): void {
  if (typeof kept !== 'object' || kept === null) {
    return;
  }
  const { closed, sizes } = kept as { closed?: unknown; sizes?: unknown };
  if (Array.isArray(closed)) {
    ids.forEach((id, index) => {
      if (closed.includes(id)) {
        accordion.collapse(index);
      }
    });
  }
  if (Array.isArray(sizes) && sizes.length === ids.length) {
    accordion.setRelativeSizes(sizes.map(Number));
  }
}
