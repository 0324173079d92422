import * as React from 'react';

import type { ClusterOffers } from '../../api/types';
import { textAt, withValue } from './draft';
import type { IForm } from './fields';

type Offer = ClusterOffers['offers'][number];

/** What the queues of the chosen cluster could give: when, how much is left, at what cost. */
export function ClusterOffersView(props: {
  offers: ClusterOffers | undefined;
  form: IForm;
}): React.JSX.Element {
  const { offers, form } = props;
  const { words } = form.words;
  const { trans } = words;
  if (!offers) {
    return <p className="jp-ogai-Offers">{trans.__('Asking the cluster…')}</p>;
  }
  const chosen = textAt(form.draft.spec, 'queue');
  const take = (queue: string) =>
    form.edit({ ...form.draft, spec: withValue(form.draft.spec, 'queue', queue) });
  return (
    <div className="jp-ogai-Offers">
      {offers.offers.length === 0 ? (
        <p>{trans.__('%1 has no queue for this account.', offers.cluster)}</p>
      ) : (
        <div className="jp-ogai-NodeGrid">
          <table aria-label={trans.__('Offers of %1', offers.cluster)}>
            <thead>
              <tr>
                <th scope="col">{trans.__('Queue')}</th>
                <th scope="col">{trans.__('Flavor')}</th>
                <th scope="col">{trans.__('Starts')}</th>
                <th scope="col">{trans.__('Quota left')}</th>
                <th scope="col">{trans.__('Cost of an hour')}</th>
              </tr>
            </thead>
            <tbody>
              {offers.offers.map(offer => (
                <tr key={`${offer.queue}/${offer.flavor}`}>
                  <th scope="row">
                    <button
                      type="button"
                      className="jp-ogai-Link"
                      aria-pressed={offer.queue === chosen}
                      onClick={() => take(offer.queue)}
                    >
                      {offer.queue}
                    </button>
                  </th>
                  <td>{[offer.flavor, offer.gpu].filter(Boolean).join(' · ')}</td>
                  <td title={[offer.basis, offer.action].filter(Boolean).join(' ')}>
                    {starts(offer, form)}
                  </td>
                  <td>{offer.left !== null && words.number(offer.left)}</td>
                  <td>{offer.cost !== null && `${words.number(offer.cost)} ${offers.currency}`}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {offers.notes.map(note => (
        <p key={note}>{note}</p>
      ))}
    </div>
  );
}

function starts({ possible, now, starts_in: seconds, action, basis }: Offer, form: IForm): string {
  const { words } = form.words;
  const { trans } = words;
  if (!possible) {
    return action || basis || trans.__('never');
  }
  if (now) {
    return trans.__('now');
  }
  return seconds === null
    ? trans.__('no basis to say')
    : trans.__('in about %1', words.duration(seconds));
}
