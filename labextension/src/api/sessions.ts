import type { Requests } from './request';
import type { Session } from './types';

/** What one click adds to the timer of a session, in seconds, at most. */
export const EXTENSION = 1800;

/** The operations of sessions: jobs that keep a Jupyter kernel. */
export class SessionsApi {
  constructor(private readonly _requests: Requests) {}

  sessions(signal: AbortSignal): Promise<Session[]> {
    return this._requests.call('get', '/ogai/scheduler/sessions', { signal });
  }

  /** Keep a session for so many seconds longer than its idle timer would. */
  extend(id: string, by: number): Promise<Session> {
    return this._requests.call('post', '/ogai/scheduler/sessions/{session_id}/extend', {
      path: { session_id: id },
      body: { by }
    });
  }
}
