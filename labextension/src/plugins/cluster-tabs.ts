import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { mapIcon, nodeIcon } from '../tabs/map/icons';
import { ITabs } from '../tabs/tabs';
import { IOgaiLab } from '../tokens';

/** The map of the cluster and the pages of its nodes. */
export const clusterTabsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:cluster-tabs',
  description: 'Shows the cluster as a map or a table, and each node on a page of its own.',
  autoStart: true,
  requires: [IOgaiLab, ITabs],
  activate: (_app: JupyterFrontEnd, lab: IOgaiLab, tabs: ITabs): void => {
    const { trans } = lab.words;
    tabs.register({
      kind: 'map',
      icon: mapIcon,
      label: trans.__('Cluster Map'),
      open: async (lab, _args, tab) => {
        const { MapTab } = await import('../tabs/map/map-tab');
        return new MapTab(lab, tabs, tab);
      }
    });
    tabs.register({
      kind: 'node',
      icon: nodeIcon,
      label: trans.__('Node'),
      open: async (lab, args) => {
        const { NodeTab } = await import('../tabs/node/node-tab');
        return new NodeTab(lab, tabs, typeof args.id === 'string' ? args.id : '');
      }
    });
  }
};
