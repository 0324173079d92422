import * as React from 'react';

import type { NodeWords } from '../map/node-words';
import { HealthMark } from '../map/marks';
import type { INodePicture } from './node-resource';
import { Section } from './section';

/** What the health checks found, worst first, and what to do about it. */
export function HealthSection(props: {
  picture: INodePicture;
  words: NodeWords;
  checking: boolean;
  onCheck: () => void;
}): React.JSX.Element {
  const { picture, words, checking, onCheck } = props;
  const { trans } = words.words;
  const [all, setAll] = React.useState(false);
  const { checks, checked } = picture;
  const bad = checks.filter(({ outcome }) => outcome !== 'ok');
  const well = checks.length - bad.length;
  return (
    <Section
      title={trans.__('Health')}
      action={{
        label: checking ? trans.__('Checking…') : trans.__('Check Again'),
        run: onCheck,
        busy: checking
      }}
    >
      <ul className="jp-ogai-Checks">
        {(all ? checks : bad).map(({ name, outcome, finding, remedy }) => (
          <li key={name}>
            <HealthMark health={outcome} words={words} />
            <div>
              <b translate="no">{name}</b> {finding}
              {remedy && <p>{remedy}</p>}
            </div>
          </li>
        ))}
      </ul>
      <p>
        {trans._n('%1 check is well', '%1 checks are well', well)}
        {' · '}
        {words.words.ago(checked)}{' '}
        {well > 0 && (
          <button className="jp-ogai-Link" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? trans.__('Show problems only') : trans.__('Show all')}
          </button>
        )}
      </p>
    </Section>
  );
}
