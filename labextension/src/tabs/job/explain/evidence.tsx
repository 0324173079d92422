import * as React from 'react';

import { plain } from '../../../ansi';
import type { Words } from '../../../words';
import { evidenceWord } from './evidence-words';

/** What a reason rests on: names in the reader's language, values as the server has them. */
export function Evidence(props: {
  evidence: Record<string, unknown>;
  words: Words;
}): React.JSX.Element | null {
  const { evidence, words } = props;
  const pairs = Object.entries(evidence).filter(
    ([name, value]) => name !== 'tail' && value !== null && JSON.stringify(value) !== '[]'
  );
  if (pairs.length === 0) {
    return null;
  }
  return (
    <dl className="jp-ogai-Explain-evidence" aria-label={words.trans.__('Evidence')}>
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>{plain(evidenceWord(name, words))}</dt>
          <dd translate="no">{evidenceText(value, words)}</dd>
        </div>
      ))}
    </dl>
  );
}

function evidenceText(value: unknown, words: Words): string {
  if (typeof value === 'number') {
    return words.number(value);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value as Record<string, unknown>)
      .filter(([, item]) => item !== null)
      .map(([name, item]) => {
        const text =
          typeof item === 'object' ? plain(JSON.stringify(item)) : evidenceText(item, words);
        return Array.isArray(value) ? text : `${plain(evidenceWord(name, words))} ${text}`;
      })
      .join(', ');
  }
  return plain(String(value));
}
