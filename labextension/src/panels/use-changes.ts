import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

/** Render again whenever one of some things says that it has changed. */
export function useChanges(...things: { changed: ISignal<unknown, unknown> }[]): void {
  const [, update] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const slot = () => update();
    things.forEach(({ changed }) => changed.connect(slot));
    return () => things.forEach(({ changed }) => changed.disconnect(slot));
  }, things);
}
