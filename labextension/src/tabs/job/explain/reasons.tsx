import * as React from 'react';

import { plain } from '../../../ansi';
import type { Explanation } from '../../../api/types';
import { stateIcons } from '../../../icons';
import type { Words } from '../../../words';
import { Evidence } from './evidence';

type Reason = Explanation['reasons'][number];

/**
 * The answer: each reason with what to do about it and what it rests on. The summary is these
 * same sentences in a row, so it is shown only where there is no reason.
 */
export function Reasons(props: {
  answer: Explanation;
  words: Words;
  showLog: () => void;
}): React.JSX.Element {
  const { answer, words, showLog } = props;
  const { trans } = words;
  const Icon = stateIcons[answer.state];
  const whole: Reason = { code: '', text: answer.summary, evidence: {}, action: '' };
  const reasons = answer.reasons.length > 0 ? answer.reasons : [whole];
  return (
    <ul className="jp-ogai-Explain-reasons" aria-label={trans.__('Reasons')}>
      {reasons.map((reason, number) => (
        <li key={number}>
          <p className="jp-ogai-Explain-summary">
            {number === 0 && <Icon.react tag="span" className="jp-ogai-State" />}
            <span>{plain(reason.text)}</span>
          </p>
          {reason.action && (
            <div className="jp-ogai-Explain-advice">
              <b>{trans.__('What to do')}</b>
              <Advice text={reason.action} words={words} showLog={showLog} />
            </div>
          )}
          <Evidence evidence={reason.evidence} words={words} />
        </li>
      ))}
    </ul>
  );
}

/** What to do, and a button where it says to read the log. */
function Advice(props: { text: string; words: Words; showLog: () => void }): React.JSX.Element {
  const { text, words, showLog } = props;
  return (
    <div className="jp-ogai-Explain-action">
      <p>{plain(text)}</p>
      {namesLog(text) && (
        <button className="jp-ogai-Button" onClick={showLog}>
          {words.trans.__('Open Log')}
        </button>
      )}
    </div>
  );
}

/** Whether an advice is to read the log: the command is the same in every language. */
export function namesLog(advice: string): boolean {
  return /\bogai logs\b/.test(advice);
}
