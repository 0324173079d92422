import * as React from 'react';

import { plain } from '../../../ansi';
import type { Timeline } from '../../../api/inspection';
import { stateIcons } from '../../../icons';
import type { Words } from '../../../words';
import { endOf } from './attempt-end';

/** The attempts of a job, one a row: when, how long, how it ended and which rank failed first. */
export function AttemptTable(props: {
  timeline: Timeline;
  /** Up to when a running attempt counts. */
  end: number;
  words: Words;
}): React.JSX.Element {
  const { timeline, end, words } = props;
  const { trans } = words;
  if (timeline.attempts.length === 0) {
    return (
      <p className="jp-ogai-Quiet">{trans.__('It has not started yet: no attempt so far.')}</p>
    );
  }
  return (
    <section>
      <h3>{trans.__('Attempts')}</h3>
      <table className="jp-ogai-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Attempt')}</th>
            <th scope="col">{trans.__('Started')}</th>
            <th scope="col">{trans.__('Lasted')}</th>
            <th scope="col">{trans.__('End')}</th>
            <th scope="col">{trans.__('First failed rank')}</th>
            <th scope="col">{trans.__('What was said')}</th>
          </tr>
        </thead>
        <tbody>
          {timeline.attempts.map(attempt => {
            const { word, look } = endOf(attempt, words);
            const Icon = stateIcons[look];
            const first = attempt.exit?.first;
            return (
              <tr key={attempt.number} data-state={look}>
                <th scope="row">{attempt.number}</th>
                <td>{words.moment(attempt.started)}</td>
                <td>{words.span((attempt.ended ?? end) - attempt.started)}</td>
                <td>
                  <span className="jp-ogai-Table-state">
                    <Icon.react tag="span" className="jp-ogai-State" />
                    {word}
                  </span>
                </td>
                <td>{first ? trans.__('rank %1 on node %2', first.rank, first.node) : '—'}</td>
                <td>{attempt.exit ? plain(attempt.exit.message) : '—'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
