import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Node } from '../../api/types';
import { mapIcon } from '../../tabs/map/icons';
import type { Words } from '../../words';
import { nodeCell } from '../cells';
import { ThingCommands } from '../commands';
import { dragsCell } from '../drag';
import { RowButton } from '../row-button';
import type { IRow } from '../windowed-rows';
import { nodeIcons } from './node-icons';

/** The height of a row in pixels. */
export const NODE_HEIGHT = 44;

/** One node: its state, what is free on it, and what is wrong with it. */
export function NodeRow(props: {
  node: Node;
  row: IRow;
  words: Words;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { node, row, words, commands } = props;
  const { trans } = words;
  const Icon = nodeIcons[node.state];
  const broken = node.gpus.filter(({ problem }) => problem !== '').length;
  const details = [
    node.gpus.length > 0 && trans.__('%1/%2 GPUs free', node.gpus_free, node.gpus.length),
    trans.__('%1/%2 cores free', words.number(node.cpus_free), words.number(node.cpus)),
    node.rack
  ];
  return (
    <div
      {...row.props}
      className="jp-ogai-Row jp-ogai-NodeRow"
      data-node={node.name}
      data-node-state={node.state}
      aria-selected={row.current}
      onMouseDown={dragsCell(node.name, () => nodeCell(node))}
    >
      <div role="gridcell" className="jp-ogai-Row-main">
        <Icon.react tag="span" className="jp-ogai-State" />
        <div className="jp-ogai-Row-text">
          <div className="jp-ogai-Row-name">{node.name}</div>
          <div className="jp-ogai-Row-detail">
            <span className="jp-ogai-Row-state">{words.nodeState(node.state)}</span>
            {broken > 0 && (
              <span className="jp-ogai-Row-fault">
                {' · '}
                {trans._n('%1 GPU with a fault', '%1 GPUs with a fault', broken)}
              </span>
            )}
            {details.filter(Boolean).map(text => ` · ${text as string}`)}
          </div>
        </div>
      </div>
      <div role="gridcell" className="jp-ogai-Row-actions">
        <RowButton
          icon={mapIcon}
          label={trans.__('Open the page of %1', node.name)}
          current={row.current}
          run={() => void commands.execute(ThingCommands.openNode, { node: node.name })}
        />
      </div>
    </div>
  );
}
