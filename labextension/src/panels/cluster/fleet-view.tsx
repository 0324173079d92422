import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { Face } from '../../face';
import type { FleetMember } from '../../store/fleet';
import type { IOgaiLab } from '../../tokens';
import { ClusterStale } from '../../tabs/map/cluster-faces';
import { mapIcon } from '../../tabs/map/icons';
import type { Words } from '../../words';
import { ThingCommands } from '../commands';
import { Meter } from '../meter';
import { useChanges } from '../use-changes';
import { nodeIcons } from './node-icons';
import { queueUse, type IQueueUse } from './queue-use';
import { NODE_STATES } from './totals';

/** What may be wrong with the description of clusters; all else is told by the nodes below. */
const TOLD_HERE = ['invalid_input', 'missing_extra'];

/** The clusters that jobs can go to besides the server's machine; nothing where there is none. */
export function FleetView(props: {
  lab: IOgaiLab;
  commands: CommandRegistry;
}): React.JSX.Element | null {
  const { lab, commands } = props;
  const { words, fleet } = lab;
  useChanges(fleet);
  if (fleet.problem && TOLD_HERE.includes(fleet.problem.code)) {
    return (
      <Face
        title={fleet.problem.message}
        text={fleet.problem.action}
        action={{ label: words.trans.__('Try Again'), run: () => fleet.retry() }}
      />
    );
  }
  if (!fleet.value?.length) {
    return null; // what else is wrong, the nodes below say
  }
  return (
    <ul className="jp-ogai-Fleet" aria-label={words.trans.__('Clusters')}>
      {inTroubleFirst(fleet.value).map(member => (
        <Member
          key={member.name}
          member={member}
          words={words}
          open={() => void commands.execute(ThingCommands.openMap, { cluster: member.name })}
          retry={() => fleet.retry()}
        />
      ))}
    </ul>
  );
}

/** Clusters in trouble come first: a list that scrolls must not hide them. */
function inTroubleFirst(members: readonly FleetMember[]): FleetMember[] {
  return [...members].sort(
    (one, other) => Number(other.problem !== '') - Number(one.problem !== '')
  );
}

function Member(props: {
  member: FleetMember;
  words: Words;
  open: () => void;
  retry: () => void;
}): React.JSX.Element {
  const { member, words, open, retry } = props;
  const { trans } = words;
  const { name, states, queues } = member;
  const label = trans.__('Open the map of %1', name);
  return (
    <li className="jp-ogai-FleetMember" data-cluster={name}>
      <div className="jp-ogai-FleetMember-head" onClick={open}>
        <span className="jp-ogai-FleetMember-name" title={name}>
          {name}
        </span>
        <button
          className="jp-ogai-IconButton"
          title={label}
          aria-label={label}
          onClick={event => {
            event.stopPropagation();
            open();
          }}
        >
          <mapIcon.react tag="span" />
        </button>
      </div>
      {member.awaited && <p className="jp-ogai-Small">{trans.__('Asking the cluster…')}</p>}
      <ClusterStale glance={member} words={words} retry={retry} />
      {states && (
        <>
          <States states={states} words={words} />
          {member.gpus > 0 && (
            <Free name={trans.__('GPUs')} free={member.gpus_free} all={member.gpus} words={words} />
          )}
          {member.cpus > 0 && (
            <Free
              name={trans.__('Cores')}
              free={Math.floor(member.cpus_free)}
              all={member.cpus}
              words={words}
            />
          )}
        </>
      )}
      {queues && queues.length > 0 && (
        <ul className="jp-ogai-FleetQueues" aria-label={trans.__('Queues of %1', name)}>
          {queues.map(queue => (
            <li key={queue.name} className="jp-ogai-Queue">
              <div className="jp-ogai-Queue-head">
                <span className="jp-ogai-Queue-name" title={queue.name}>
                  {queue.name}
                </span>
                <span className="jp-ogai-Small">
                  {[
                    trans.__('%1 running', words.number(queue.admitted)),
                    trans.__('%1 waiting', words.number(queue.waiting))
                  ].join(' · ')}
                </span>
              </div>
              {!queue.active && (
                <p className="jp-ogai-Row-fault">
                  {queue.problem || trans.__('This queue takes no jobs now.')}
                </p>
              )}
              {queueUse(queue).map(use => (
                <Used key={use.resource} use={use} queue={queue.name} words={words} />
              ))}
            </li>
          ))}
        </ul>
      )}
      {queues?.length === 0 && (
        <p className="jp-ogai-Small">
          {trans.__('The namespace %1 has no queue.', member.namespace)}
        </p>
      )}
    </li>
  );
}

/** How many nodes are in each state that some are in. */
function States(props: {
  states: NonNullable<FleetMember['states']>;
  words: Words;
}): React.JSX.Element {
  const { states, words } = props;
  const present = NODE_STATES.filter(state => (states[state] ?? 0) > 0);
  return (
    <p className="jp-ogai-FleetStates">
      {present.length === 0 && words.trans.__('No node')}
      {present.map(state => {
        const Icon = nodeIcons[state];
        return (
          <span key={state} data-node-state={state}>
            <Icon.react tag="span" className="jp-ogai-State" />
            {`${words.number(states[state] ?? 0)} ${words.nodeState(state)}`}
          </span>
        );
      })}
    </p>
  );
}

function Free(props: { name: string; free: number; all: number; words: Words }): React.JSX.Element {
  const { name, free, all, words } = props;
  const text = words.trans.__('%1 of %2 free', words.number(free), words.number(all));
  return (
    <div className="jp-ogai-Used">
      <span>{name}</span>
      <Meter label={words.trans.__('%1 in use', name)} text={text} share={1 - free / all} />
      <span className="jp-ogai-Used-text">{text}</span>
    </div>
  );
}

function Used(props: { use: IQueueUse; queue: string; words: Words }): React.JSX.Element {
  const { use, queue, words } = props;
  const { trans } = words;
  const { resource, used, nominal } = use;
  const gpus = resource.endsWith('/gpu');
  const name =
    resource === 'cpu' ? trans.__('Cores') : gpus ? trans.__('GPUs') : resource.split('/').pop()!;
  const text =
    nominal === null
      ? trans.__('%1 in use', words.number(used))
      : trans.__('%1 of %2', words.number(used), words.number(nominal));
  return (
    <div className="jp-ogai-Used" title={resource}>
      <span>{name}</span>
      <Meter
        label={trans.__('%1 that the queue %2 uses', name, queue)}
        text={text}
        share={nominal ? Math.min(1, used / nominal) : 0}
      />
      <span className="jp-ogai-Used-text">{text}</span>
    </div>
  );
}
