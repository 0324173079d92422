import { LabIcon } from '@jupyterlab/ui-components';

import map from '../../../style/icons/map.svg';
import node from '../../../style/icons/node.svg';

export const mapIcon = new LabIcon({ name: 'ogai:map', svgstr: map });
export const nodeIcon = new LabIcon({ name: 'ogai:node', svgstr: node });
