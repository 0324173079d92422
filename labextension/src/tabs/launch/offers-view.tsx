import * as React from 'react';

import type { Offers } from '../../api/types';
import { textAt } from './draft';
import type { IForm } from './fields';

/** So many of the jobs that hold resources are shown. */
const SHOWN = 4;

/** What the chosen queue has free now, and when more will be. */
export function OffersView(props: { offers: Offers; form: IForm }): React.JSX.Element {
  const { offers, form } = props;
  const { words } = form.words;
  const { trans } = words;
  const chosen = textAt(form.draft.spec, 'queue') || 'default';
  const queue = offers.queues.find(one => one.name === chosen) ?? offers.queues[0];
  if (!queue) {
    return <p className="jp-ogai-Offers">{trans.__('There are no queues.')}</p>;
  }
  const later = offers.releases.slice(0, SHOWN);
  return (
    <div className="jp-ogai-Offers">
      <p>
        <b>{trans.__('Free now:')}</b> {form.words.room(queue.free)}
        {offers.nodes > 1 &&
          ` · ${trans.__('at most %1 on one node', form.words.room(queue.largest))}`}
        {queue.waiting > 0 && ` · ${trans._n('%1 job waits', '%1 jobs wait', queue.waiting)}`}
        {queue.limited && ` · ${trans.__('the queue’s limit allows no more')}`}
      </p>
      {later.length > 0 && (
        <ul aria-label={trans.__('When more will be free')}>
          {later.map(one => (
            <li key={one.job}>
              {one.seconds_left === null
                ? trans.__('when “%1” ends', one.name)
                : trans.__('in about %1', words.duration(one.seconds_left))}
              {': '}
              {form.words.room(one.room)}
            </li>
          ))}
          {offers.releases.length > SHOWN && (
            <li>{trans.__('and %1 more jobs', offers.releases.length - SHOWN)}</li>
          )}
        </ul>
      )}
    </div>
  );
}
