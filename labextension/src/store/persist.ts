import { Problem } from '../api/problem';

const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 30_000;

/**
 * Run `attempt` again and again until it returns true, what it wants is gone, or `signal` aborts,
 * waiting longer after each failure.
 *
 * @param attempt - does the work until the connection breaks; calls `alive` once it works.
 * @param lost - told after each failure, before the wait, and once more when `signal` aborts.
 */
export async function persist(
  attempt: (alive: () => void) => Promise<boolean>,
  lost: (problem: Problem) => void,
  signal: AbortSignal
): Promise<void> {
  let delay = FIRST_DELAY;
  while (!signal.aborted) {
    let problem = new Problem({ code: 'unreachable', detail: 'The connection was closed.' });
    try {
      const done = await attempt(() => {
        delay = FIRST_DELAY;
      });
      if (done) {
        return;
      }
    } catch (error) {
      problem = Problem.from(error);
    }
    lost(problem);
    if (problem.code === 'not_found') {
      return; // what was followed is gone for good
    }
    await sleep(delay * (0.8 + 0.4 * Math.random()), signal);
    delay = Math.min(2 * delay, LONGEST_DELAY);
  }
}

/** Wait for some milliseconds, or until `signal` aborts. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    return Promise.resolve();
  }
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
