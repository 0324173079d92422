import { LabIcon } from '@jupyterlab/ui-components';

import busy from '../../../style/icons/node-busy.svg';
import draining from '../../../style/icons/node-draining.svg';
import ready from '../../../style/icons/node-ready.svg';
import unreachable from '../../../style/icons/node-unreachable.svg';
import type { Node } from '../../api/types';

/** A node's state is told by the shape of its icon; the colour only repeats it. */
export const nodeIcons: Record<Node['state'], LabIcon> = {
  ready: new LabIcon({ name: 'ogai:node-ready', svgstr: ready }),
  busy: new LabIcon({ name: 'ogai:node-busy', svgstr: busy }),
  draining: new LabIcon({ name: 'ogai:node-draining', svgstr: draining }),
  unreachable: new LabIcon({ name: 'ogai:node-unreachable', svgstr: unreachable })
};
