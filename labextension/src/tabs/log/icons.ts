import { LabIcon } from '@jupyterlab/ui-components';

import firstError from '../../../style/icons/log-first-error.svg';
import start from '../../../style/icons/log-start.svg';
import times from '../../../style/icons/log-times.svg';
import wrap from '../../../style/icons/log-wrap.svg';

export const firstErrorIcon = new LabIcon({ name: 'ogai:log-first-error', svgstr: firstError });
export const startIcon = new LabIcon({ name: 'ogai:log-start', svgstr: start });
export const timesIcon = new LabIcon({ name: 'ogai:log-times', svgstr: times });
export const wrapIcon = new LabIcon({ name: 'ogai:log-wrap', svgstr: wrap });
