import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { jobsPlugin } from './plugins/jobs';
import { labPlugin } from './plugins/lab';
import { tabsPlugin } from './plugins/tabs';

export { ITabs } from './tabs/tabs';
export { IOgaiLab } from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [labPlugin, tabsPlugin, jobsPlugin];

export default plugins;
