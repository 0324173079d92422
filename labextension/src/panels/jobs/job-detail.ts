import type { Job } from '../../api/types';
import type { Words } from '../../words';

/** One line on where a job is: how far, in percent too, how long yet, or why not. */
export function jobDetail(job: Job, words: Words): string {
  const detail = words.detail(job);
  const { progress } = job;
  if (job.state !== 'running' || !progress?.steps) {
    return detail;
  }
  return `${words.percent(Math.min(1, progress.step / progress.steps))} · ${detail}`;
}
