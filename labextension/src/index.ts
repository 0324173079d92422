import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { jobsPlugin } from './plugins/jobs';
import { labPlugin } from './plugins/lab';

export { IOgaiLab } from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [labPlugin, jobsPlugin];

export default plugins;
