import * as React from 'react';

import type { Node } from '../../api/types';
import type { Health } from './cells';
import type { NodeWords } from './node-words';

/** Each with a shape of its own; the word beside it says the same. */
const STATES: Record<Node['state'], string> = {
  ready: 'M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8z',
  busy: 'M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8z',
  draining: 'M3 3h10v10H3zM3 8l5-5M3 13 13 3M8 13l5-5',
  unreachable: 'M3 3 13 13M13 3 3 13'
};
const HEALTHS: Record<Health, string> = {
  ok: 'M3 8.5 6.500 12 13 4.500',
  warn: 'M8 2.500 14.500 13.500H1.500zM8 6.500v3.500M8 11.600v.8',
  critical: 'M8 2 14 8 8 14 2 8zM8 5v3.600M8 10.200v.8',
  unknown: 'M5.500 6a2.500 2.500 0 1 1 3.600 2.200c-.8.400-1.100.8-1.100 1.600M8 12v.8'
};

export function StateMark(props: { state: Node['state']; words: NodeWords }): React.JSX.Element {
  return (
    <Mark path={STATES[props.state]} kind={props.state} text={props.words.state(props.state)} />
  );
}

export function HealthMark(props: { health: Health; words: NodeWords }): React.JSX.Element {
  const { health, words } = props;
  return <Mark path={HEALTHS[health]} kind={health} text={words.health(health)} />;
}

function Mark(props: { path: string; kind: string; text: string }): React.JSX.Element {
  return (
    <span className="jp-ogai-Mark" data-kind={props.kind}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={props.path} />
      </svg>
      {props.text}
    </span>
  );
}
