import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Node } from '../../api/types';
import { Face } from '../../face';
import type { ClusterPicture } from '../../store/cluster';
import type { IOgaiLab } from '../../tokens';
import type { Words } from '../../words';
import { ThingCommands } from '../commands';
import { Filter, holds } from '../filter';
import { ResourceBody } from '../resource-body';
import { WindowedRows } from '../windowed-rows';
import { FleetView } from './fleet-view';
import { nodeIcons } from './node-icons';
import { NODE_HEIGHT, NodeRow } from './node-row';
import { QueueRow } from './queue-row';
import { Summary } from './summary';
import { inOrder, NODE_STATES, totals, type ITotals } from './totals';

/** The cluster: what is free, the queues, and every node. */
export function ClusterView(props: {
  lab: IOgaiLab;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { lab, commands } = props;
  const { words } = lab;
  return (
    <ResourceBody
      resource={lab.nodes}
      words={words}
      loading={words.trans.__('Loading the cluster…')}
    >
      {picture => (
        <Picture
          picture={picture}
          words={words}
          commands={commands}
          fleet={<FleetView lab={lab} commands={commands} />}
        />
      )}
    </ResourceBody>
  );
}

function Picture(props: {
  picture: ClusterPicture;
  words: Words;
  commands: CommandRegistry;
  /** The other clusters, told between what is here and the nodes. */
  fleet: React.ReactNode;
}): React.JSX.Element {
  const { picture, words, commands, fleet } = props;
  const { trans } = words;
  const { nodes, queues } = picture;
  const [part, setPart] = React.useState('');
  const [state, setState] = React.useState<Node['state'] | null>(null);
  const sums = React.useMemo(() => totals(nodes), [nodes]);
  const ordered = React.useMemo(() => inOrder(nodes, words.locale), [nodes, words]);
  const shown = React.useMemo(
    () =>
      ordered.filter(
        node => (state === null || node.state === state) && holds(part, node.name, node.rack)
      ),
    [ordered, part, state]
  );
  if (nodes.length === 0) {
    return (
      <>
        {fleet}
        <Face
          title={trans.__('No node')}
          text={trans.__('The engine that runs jobs has no machine. Ask who set it up.')}
        />
      </>
    );
  }
  const showAll = () => {
    setPart('');
    setState(null);
  };
  const count = trans._n('%1 node', '%1 nodes', shown.length);
  return (
    <>
      <Summary picture={picture} sums={sums} words={words} commands={commands} />
      <ul className="jp-ogai-Queues" aria-label={trans.__('Queues')} tabIndex={0}>
        {queues.map(queue => (
          <QueueRow key={queue.name} queue={queue} words={words} />
        ))}
      </ul>
      {fleet}
      {nodes.length > 1 && (
        <>
          <Filter
            value={part}
            apply={setPart}
            placeholder={trans.__('Filter nodes')}
            label={trans.__('Filter nodes by name or rack')}
            count={count}
          />
          <States sums={sums} chosen={state} choose={setState} words={words} />
        </>
      )}
      {shown.length === 0 ? (
        <Face
          title={trans.__('No node matches')}
          action={{ label: trans.__('Show All Nodes'), run: showAll }}
        />
      ) : (
        <WindowedRows
          items={shown}
          rowHeight={NODE_HEIGHT}
          label={trans.__('Nodes')}
          keyOf={node => node.name}
          render={(node, row) => (
            <NodeRow node={node} row={row} words={words} commands={commands} />
          )}
          onOpen={node => void commands.execute(ThingCommands.openNode, { node: node.name })}
        />
      )}
    </>
  );
}

/** How many nodes are in each state; a click shows those alone. */
function States(props: {
  sums: ITotals;
  chosen: Node['state'] | null;
  choose: (state: Node['state'] | null) => void;
  words: Words;
}): React.JSX.Element {
  const { sums, chosen, choose, words } = props;
  const present = NODE_STATES.filter(state => sums.states[state] > 0 || state === chosen);
  return (
    <div className="jp-ogai-States" role="group" aria-label={words.trans.__('Nodes by state')}>
      {present.map(state => {
        const Icon = nodeIcons[state];
        return (
          <button
            key={state}
            className="jp-ogai-StateChip"
            data-node-state={state}
            aria-pressed={chosen === state}
            onClick={() => choose(chosen === state ? null : state)}
          >
            <Icon.react tag="span" className="jp-ogai-State" />
            {`${words.number(sums.states[state])} ${words.nodeState(state)}`}
          </button>
        );
      })}
    </div>
  );
}
