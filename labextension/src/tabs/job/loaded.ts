import * as React from 'react';

import { Problem } from '../../api/problem';
import type { JobModel } from './job-model';

/** Something that a pane has asked the server for. */
export interface ILoaded<T> {
  /** The newest answer; undefined before the first. */
  value: T | undefined;
  /** Why there is no newer one. */
  problem: Problem | undefined;
  retry: () => void;
}

/**
 * Ask for something, and again whenever `key` changes while the tab is seen. The answer is kept
 * under `name`, so that a pane that comes back shows it at once.
 */
export function useLoaded<T>(
  model: JobModel,
  name: string,
  key: string,
  load: (signal: AbortSignal) => Promise<T>
): ILoaded<T> {
  const [state, setState] = React.useState<{ value?: T; problem?: Problem }>(() => {
    const value = model.kept(name) as T | undefined;
    return value === undefined ? {} : { value };
  });
  const [round, setRound] = React.useState(0);
  const { shown } = model;
  React.useEffect(() => {
    if (!shown) {
      return;
    }
    const asking = new AbortController();
    load(asking.signal).then(
      value => {
        if (!asking.signal.aborted) {
          model.keep(name, value);
          setState({ value });
        }
      },
      (error: unknown) => {
        if (!asking.signal.aborted) {
          setState(({ value }) => ({
            ...(value !== undefined && { value }),
            problem: Problem.from(error)
          }));
        }
      }
    );
    return () => asking.abort();
    // What is asked for is told by the name and the key; the function is made anew by each render.
  }, [model, name, key, round, shown]);
  return {
    value: state.value,
    problem: state.problem,
    retry: () => setRound(round + 1)
  };
}

/** A setting of a pane that outlives its being out of sight. */
export function useKept<T>(model: JobModel, name: string, first: T): [T, (value: T) => void] {
  const [value, setValue] = React.useState<T>(() => (model.kept(name) as T | undefined) ?? first);
  const set = (next: T) => {
    model.keep(name, next);
    setValue(next);
  };
  return [value, set];
}
