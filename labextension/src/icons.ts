import { LabIcon } from '@jupyterlab/ui-components';

import cancelled from '../style/icons/cancelled.svg';
import compare from '../style/icons/compare.svg';
import explain from '../style/icons/explain.svg';
import failed from '../style/icons/failed.svg';
import log from '../style/icons/log.svg';
import ogai from '../style/icons/ogai.svg';
import queued from '../style/icons/queued.svg';
import runAsJob from '../style/icons/run-as-job.svg';
import running from '../style/icons/running.svg';
import starting from '../style/icons/starting.svg';
import stop from '../style/icons/stop.svg';
import stopping from '../style/icons/stopping.svg';
import succeeded from '../style/icons/succeeded.svg';
import type { JobState } from './api/types';

export const ogaiIcon = new LabIcon({ name: 'ogai:stack', svgstr: ogai });
export const logIcon = new LabIcon({ name: 'ogai:log', svgstr: log });
export const explainIcon = new LabIcon({ name: 'ogai:explain', svgstr: explain });
export const runAsJobIcon = new LabIcon({ name: 'ogai:run-as-job', svgstr: runAsJob });
export const compareIcon = new LabIcon({ name: 'ogai:compare', svgstr: compare });
export const stopIcon = new LabIcon({ name: 'ogai:stop', svgstr: stop });

/** A state is told by the shape of its icon; the colour only repeats it. */
export const stateIcons: Record<JobState, LabIcon> = {
  queued: new LabIcon({ name: 'ogai:queued', svgstr: queued }),
  starting: new LabIcon({ name: 'ogai:starting', svgstr: starting }),
  running: new LabIcon({ name: 'ogai:running', svgstr: running }),
  stopping: new LabIcon({ name: 'ogai:stopping', svgstr: stopping }),
  succeeded: new LabIcon({ name: 'ogai:succeeded', svgstr: succeeded }),
  failed: new LabIcon({ name: 'ogai:failed', svgstr: failed }),
  cancelled: new LabIcon({ name: 'ogai:cancelled', svgstr: cancelled })
};
