import * as React from 'react';

import type { Job } from './api/types';
import type { Words } from './words';

/** How far a job is, for jobs that say how many steps they have. */
export function ProgressBar(props: { job: Job; words: Words }): React.JSX.Element | null {
  const { job, words } = props;
  const steps = job.progress?.steps;
  if (!job.progress || !steps) {
    return null;
  }
  const share = Math.min(1, job.progress.step / steps);
  return (
    <div
      className="jp-ogai-Progress"
      role="progressbar"
      aria-label={words.trans.__('Progress of %1', job.name)}
      aria-valuemin={0}
      aria-valuemax={steps}
      aria-valuenow={Math.min(job.progress.step, steps)}
      aria-valuetext={words.progress(job)}
    >
      <div style={{ width: `${100 * share}%` }} />
    </div>
  );
}
