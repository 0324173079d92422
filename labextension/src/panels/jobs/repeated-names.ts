import type { Job } from '../../api/types';

/** The names that more than one of the jobs has. */
export function repeatedNames(jobs: readonly Pick<Job, 'name'>[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { name } of jobs) {
    (seen.has(name) ? repeated : seen).add(name);
  }
  return repeated;
}
