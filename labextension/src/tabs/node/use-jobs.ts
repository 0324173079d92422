import * as React from 'react';

import type { Job } from '../../api/types';
import type { IOgaiLab } from '../../tokens';

/**
 * Jobs by their ids: from the store, else fetched once each.
 *
 * @param delay - milliseconds for which the same ones must be asked for before they are fetched.
 */
export function useJobs(
  lab: IOgaiLab,
  ids: readonly string[],
  delay = 0
): ReadonlyMap<string, Job> {
  const [fetched, setFetched] = React.useState<ReadonlyMap<string, Job>>(new Map());
  const key = ids.join();
  React.useEffect(() => {
    const missing = ids.filter(id => !lab.jobs.find(id) && !fetched.has(id));
    if (missing.length === 0) {
      return undefined;
    }
    const end = new AbortController();
    const timer = setTimeout(() => {
      for (const id of missing) {
        // One that cannot be had, say because it was deleted, is shown by its id.
        lab.scheduler.job(id, end.signal).then(
          job => setFetched(before => new Map(before).set(id, job)),
          () => undefined
        );
      }
    }, delay);
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }, [lab, key, delay]);
  return React.useMemo(
    () =>
      new Map(
        [...fetched.keys(), ...ids].flatMap(id => {
          const job = lab.jobs.find(id) ?? fetched.get(id);
          return job ? [[id, job] as const] : [];
        })
      ),
    [lab, key, fetched]
  );
}
