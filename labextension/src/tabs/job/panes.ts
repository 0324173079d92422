import type { Job } from '../../api/types';

/** The parts of a job's tab, in the order of its strip. */
export const PANES = ['curves', 'logs', 'timeline', 'explain', 'spec', 'code', 'usage'] as const;

export type Pane = (typeof PANES)[number];

/** Return what an argument names, if it names a pane. */
export function paneOf(value: unknown): Pane | undefined {
  return PANES.find(pane => pane === value);
}

/** The pane that a tab opens at, when none was asked for: what one wants to know of this job. */
export function firstPane(job: Job): Pane {
  switch (job.state) {
    case 'queued':
    case 'failed':
      return 'explain';
    default:
      return Object.keys(job.metrics).length > 0 ? 'curves' : 'logs';
  }
}
