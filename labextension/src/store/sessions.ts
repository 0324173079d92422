import type { SessionsApi } from '../api/sessions';
import type { Session } from '../api/types';
import { isAboutJobs } from './cluster';
import { Resource } from './resource';
import type { ILive } from './stream';

/** Milliseconds between two looks: no event tells that a kernel's work moved its timer. */
const PULSE = 20_000;

/** The sessions that have not ended, and when each will. */
export function sessionsResource(
  live: ILive,
  api: Pick<SessionsApi, 'sessions'>
): Resource<Session[]> {
  const load = (signal: AbortSignal) => api.sessions(signal);
  return new Resource(live, {
    load,
    concerns: event => event.schema_id.includes('/scheduler/session/') || isAboutJobs(event),
    glance: (_, signal) => load(signal),
    pulse: PULSE
  });
}
