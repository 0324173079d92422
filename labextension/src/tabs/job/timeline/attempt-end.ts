import type { Timeline } from '../../../api/inspection';
import type { JobState } from '../../../api/types';
import type { Words } from '../../../words';

type Attempt = Timeline['attempts'][number];
type ExitKind = NonNullable<Attempt['exit']>['kind'];

/** How an attempt ended, or that it goes on: a word, and the state whose look it has. */
export function endOf(attempt: Attempt, words: Words): { word: string; look: JobState } {
  const { trans } = words;
  if (attempt.ended === null) {
    return { word: words.state('running'), look: 'running' };
  }
  if (!attempt.exit) {
    return { word: trans.__('Ended'), look: 'cancelled' };
  }
  const { kind } = attempt.exit;
  const look = kind === 'succeeded' || kind === 'cancelled' ? kind : 'failed';
  return { word: exitWords(words)[kind], look };
}

function exitWords(words: Words): Record<ExitKind, string> {
  const { trans } = words;
  return {
    succeeded: words.state('succeeded'),
    cancelled: words.state('cancelled'),
    program_error: trans.__('Program error'),
    signal: trans.__('Crashed'),
    killed: trans.__('Killed'),
    out_of_memory: trans.__('Out of memory'),
    hang: trans.__('Hung'),
    timeout: trans.__('Timed out'),
    node_lost: trans.__('Node lost'),
    start_failed: trans.__('Could not start'),
    storage_full: trans.__('Storage full'),
    preempted: trans.__('Made room')
  };
}
