import * as React from 'react';

import type { Problem } from '../../api/problem';
import type { ClusterGlance } from '../../api/types';
import { Face, ProblemFace } from '../../face';
import type { Words } from '../../words';

/** Problems of the way to our own server; all others are told by the cluster. */
const OURS = ['server_missing', 'server_old', 'unreachable'];

/** Since when a cluster does not answer, why, and what to do; nothing while it does. */
export function ClusterStale(props: {
  glance: Pick<ClusterGlance, 'name' | 'states' | 'stale_since' | 'problem' | 'action'>;
  words: Words;
  retry: () => void;
}): React.JSX.Element | null {
  const { glance, words, retry } = props;
  const { trans } = words;
  const { name, states, stale_since: since, problem, action } = glance;
  if (!problem && since === null) {
    return null;
  }
  const first =
    since === null
      ? trans.__('%1 cannot be seen.', name)
      : states === null
        ? trans.__('%1 cannot be reached; tried since %2.', name, words.ago(since))
        : trans.__('%1 does not answer. As of %2.', name, words.ago(since));
  return (
    <div className="jp-ogai-StaleBar jp-ogai-ClusterStale" role="status">
      <span>
        <b>{first}</b> {problem} {action}
      </span>
      <button type="button" className="jp-ogai-Button" onClick={retry}>
        {trans.__('Try Now')}
      </button>
    </div>
  );
}

/** What a cluster's map or page shows when it has nothing older to show. */
export function ClusterProblem(props: {
  problem: Problem;
  words: Words;
  retry: () => void;
}): React.JSX.Element {
  const { problem, words, retry } = props;
  if (OURS.includes(problem.code) && problem.status === 0) {
    return <ProblemFace {...props} />;
  }
  return (
    <Face
      title={problem.message}
      text={problem.action}
      action={{ label: words.trans.__('Try Again'), run: retry }}
    />
  );
}
