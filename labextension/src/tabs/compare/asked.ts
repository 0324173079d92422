import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import { Problem } from '../../api/problem';

/** Something that the server was asked for. */
export interface IAsked<T> {
  /** The newest answer; undefined before the first. */
  value: T | undefined;
  /** Why there is no newer one. */
  problem: Problem | undefined;
  retry: () => void;
}

/** What tells a view when it is seen, and when what it shows may have changed. */
export interface ISight {
  readonly shown: boolean;
  /** Grows when what was asked for must be asked again. */
  readonly round: number;
  readonly changed: ISignal<unknown, void>;
}

/** Ask for something while it is seen, and again when `key` changes; an old answer stays. */
export function useAsked<T>(
  sight: ISight,
  key: string,
  load: (signal: AbortSignal) => Promise<T>
): IAsked<T> {
  const [state, setState] = React.useState<{ key: string; value?: T; problem?: Problem }>({ key });
  const [tries, setTries] = React.useState(0);
  const { shown, round } = sight;
  React.useEffect(() => {
    if (!shown) {
      return;
    }
    const asking = new AbortController();
    load(asking.signal).then(
      value => !asking.signal.aborted && setState({ key, value }),
      (error: unknown) => {
        if (!asking.signal.aborted) {
          const problem = Problem.from(error);
          setState(before => (before.key === key ? { ...before, problem } : { key, problem }));
        }
      }
    );
    return () => asking.abort();
    // What is asked for is told by the key; the function is made anew by each render.
  }, [key, shown, round, tries]);
  const fits = state.key === key;
  return {
    value: fits ? state.value : undefined,
    problem: fits ? state.problem : undefined,
    retry: () => setTries(tries + 1)
  };
}
