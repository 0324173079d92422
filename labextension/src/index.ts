import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { comparePlugin } from './plugins/compare';
import { jobOutputPlugin } from './plugins/job-output';
import { clusterTabsPlugin } from './plugins/cluster-tabs';
import { jobTabPlugin } from './plugins/job-tab';
import { jobsPlugin } from './plugins/jobs';
import { labPlugin } from './plugins/lab';
import { launchPlugin } from './plugins/launch';
import { launcherPlugin } from './plugins/launcher';
import { notificationsPlugin } from './plugins/notifications';
import { runAsJobPlugin } from './plugins/run-as-job';
import { runningPlugin } from './plugins/running';
import { settingsWordsPlugin } from './plugins/settings-words';
import { sessionsPlugin } from './plugins/sessions';
import { sidebarPlugin } from './plugins/sidebar';
import { statusPlugin } from './plugins/status';
import { tabsPlugin } from './plugins/tabs';

export { ITabs } from './tabs/tabs';
export { IOgaiLab } from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  labPlugin,
  tabsPlugin,
  clusterTabsPlugin,
  jobsPlugin,
  jobTabPlugin,
  comparePlugin,
  jobOutputPlugin,
  launchPlugin,
  launcherPlugin,
  notificationsPlugin,
  runAsJobPlugin,
  runningPlugin,
  sessionsPlugin,
  settingsWordsPlugin,
  sidebarPlugin,
  statusPlugin
];

export default plugins;
