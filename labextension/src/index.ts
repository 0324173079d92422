import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { jobsPlugin } from './plugins/jobs';
import { labPlugin } from './plugins/lab';
import { launcherPlugin } from './plugins/launcher';
import { notificationsPlugin } from './plugins/notifications';
import { runningPlugin } from './plugins/running';
import { statusPlugin } from './plugins/status';
import { tabsPlugin } from './plugins/tabs';

export { ITabs } from './tabs/tabs';
export { IOgaiLab } from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  labPlugin,
  tabsPlugin,
  jobsPlugin,
  launcherPlugin,
  notificationsPlugin,
  runningPlugin,
  statusPlugin
];

export default plugins;
