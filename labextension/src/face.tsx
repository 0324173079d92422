import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Problem } from './api/problem';
import type { Words } from './words';

/** What a view shows when it has nothing (yet) to show: what is so, and what to do next. */
export function Face(props: {
  icon?: LabIcon;
  title: string;
  text?: string;
  code?: string;
  action?: { label: string; run: () => void };
}): React.JSX.Element {
  const { icon, title, text, code, action } = props;
  return (
    <div className="jp-ogai-Face">
      {icon && <icon.react tag="span" className="jp-ogai-Face-icon" aria-hidden="true" />}
      <p className="jp-ogai-Face-title">{title}</p>
      {text && <p>{text}</p>}
      {code && <pre tabIndex={0}>{code}</pre>}
      {action && (
        <button type="button" className="jp-ogai-Button" onClick={action.run}>
          {action.label}
        </button>
      )}
    </div>
  );
}

/** Say what broke the connection, in a view that has nothing older to show. */
export function ProblemFace(props: {
  problem: Problem;
  words: Words;
  retry: () => void;
}): React.JSX.Element {
  const { problem, words, retry } = props;
  const { trans } = words;
  const action = { label: trans.__('Try Again'), run: retry };
  switch (problem.code) {
    case 'server_missing':
      return (
        <Face
          title={trans.__('The server has no OGAI Lab')}
          text={trans.__(
            'Enable its server part in the environment that runs Jupyter, then restart Jupyter:'
          )}
          code="jupyter server extension enable ogai_lab_server"
          action={action}
        />
      );
    case 'server_old':
      return (
        <Face
          title={trans.__('The server part has another version')}
          text={trans.__(
            'Server and page: %1. Update, restart Jupyter, then load this page again.',
            problem.message
          )}
          code="pip install --upgrade ogai-lab"
          action={action}
        />
      );
    case 'unreachable':
      return (
        <Face
          title={trans.__('The Jupyter server does not answer')}
          text={trans.__('It is tried again by itself. Jobs go on meanwhile.')}
          action={action}
        />
      );
    case 'forbidden':
    case 'unauthenticated':
      return (
        <Face
          title={trans.__('You may not see jobs here')}
          text={problem.action || problem.message}
          action={action}
        />
      );
    default:
      return <Face title={problem.message} text={problem.action} action={action} />;
  }
}

/** One line above older content: how old it is, and a way to try now. */
export function StaleBar(props: {
  heard: number;
  words: Words;
  retry: () => void;
}): React.JSX.Element {
  const { heard, words, retry } = props;
  const { trans } = words;
  return (
    <div className="jp-ogai-StaleBar" role="status">
      <span>
        {heard > 0
          ? trans.__('Not connected. As of %1.', words.ago(heard))
          : trans.__('Not connected.')}
      </span>
      <button type="button" className="jp-ogai-Button" onClick={retry}>
        {trans.__('Try Now')}
      </button>
    </div>
  );
}
