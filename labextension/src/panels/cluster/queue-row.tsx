import * as React from 'react';

import type { Queue } from '../../api/types';
import type { Words } from '../../words';
import { Meter } from '../meter';

/** One queue: what its jobs hold against what they may hold, and who waits. */
export function QueueRow(props: { queue: Queue; words: Words }): React.JSX.Element {
  const { queue, words } = props;
  const { trans } = words;
  const jobs = [
    trans.__('%1 running', words.number(queue.running)),
    trans.__('%1 waiting', words.number(queue.waiting))
  ].join(' · ');
  const amount = (used: number, limit: number) =>
    trans.__('%1 of %2', words.number(used), words.number(limit));
  const used = [words.number(queue.cpus_used), words.number(queue.gpus_used)];
  return (
    <li className="jp-ogai-Queue">
      <div className="jp-ogai-Queue-head">
        <span className="jp-ogai-Queue-name" title={queue.name}>
          {queue.name}
        </span>
        <span className="jp-ogai-Small">{jobs}</span>
      </div>
      {queue.gpus !== null && (
        <Used
          name={trans.__('GPUs')}
          label={trans.__('GPUs that the queue %1 uses', queue.name)}
          text={amount(queue.gpus_used, queue.gpus)}
          share={queue.gpus > 0 ? queue.gpus_used / queue.gpus : 1}
        />
      )}
      {queue.cpus !== null && (
        <Used
          name={trans.__('Cores')}
          label={trans.__('Cores that the queue %1 uses', queue.name)}
          text={amount(queue.cpus_used, queue.cpus)}
          share={queue.cpus_used / queue.cpus}
        />
      )}
      {queue.gpus === null && queue.cpus === null && (
        <div
          className="jp-ogai-Small jp-ogai-Queue-held"
          title={trans.__('Cores in use: %1 · GPUs in use: %2 · no quota', ...used)}
        >
          {trans.__('Cores %1 · GPUs %2 · no quota', ...used)}
        </div>
      )}
    </li>
  );
}

function Used(props: {
  name: string;
  label: string;
  text: string;
  share: number;
}): React.JSX.Element {
  return (
    <div className="jp-ogai-Used">
      <span>{props.name}</span>
      <Meter label={props.label} text={props.text} share={props.share} />
      <span className="jp-ogai-Used-text">{props.text}</span>
    </div>
  );
}
