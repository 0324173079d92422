import { EXTENSION } from '../api/sessions';
import type { Session } from '../api/types';
import type { Words } from '../words';

/** What a session's timer says: a few words, and the sentence behind them. */
export interface IIdleWords {
  short: string;
  long: string;
  /** Whether its end is near. */
  near: boolean;
}

/** Seconds by which a click extends a session: as long as it may idle, half an hour at most. */
export function extension(session: Session): number {
  return Math.min(session.idle ?? EXTENSION, EXTENSION);
}

/**
 * Say when a session ends; undefined when no timer runs.
 *
 * @param now - Unix seconds.
 */
export function idleWords(session: Session, now: number, words: Words): IIdleWords | undefined {
  const { idle_until: until, idle, kernel, warned } = session;
  if (until === null || idle === null) {
    return undefined;
  }
  const { trans } = words;
  // Whole minutes: a timer that jumps by twenty seconds would be looked at, not read.
  const left = until - now < 60 ? until - now : Math.round((until - now) / 60) * 60;
  const rest = words.duration(left);
  const more = words.duration(extension(session));
  if (kernel === 'busy') {
    return {
      short: trans.__('Session works'),
      long: trans.__(
        'The session stays while it works, and %1 longer. Click to add %2.',
        rest,
        more
      ),
      near: false
    };
  }
  return {
    short: warned ? trans.__('Ends in %1', rest) : trans.__('Idle: %1 left', rest),
    long: trans.__('If nothing works in it, the session ends in %1. Click to add %2.', rest, more),
    near: warned
  };
}
