import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type { Problem } from '../api/problem';
import type { Job, JobState } from '../api/types';

/** Whether a view follows the server: `idle` when nobody looks, `lost` when it tries again. */
export type Connection = 'idle' | 'connecting' | 'live' | 'lost';

/** A job that went from one state to another while somebody looked. */
export interface ITransition {
  job: Job;
  from: JobState;
}

/** The jobs as the server has them, kept fresh while somebody looks. */
export interface IJobStore extends IDisposable {
  /** The jobs that match the filter, newest first, as far as they are loaded. */
  readonly jobs: readonly Job[];
  /** How many match the filter on the server. */
  readonly total: number;
  /** Whether a first list has come. */
  readonly ready: boolean;
  readonly connection: Connection;
  /** What broke the connection, while it is lost. */
  readonly problem: Problem | undefined;
  /** When the server was last heard, in Unix seconds; 0 for never. */
  readonly heard: number;
  /** Part of a job's name; setting it loads the list anew. */
  filter: string;
  /** Whether only the reader's own jobs are listed; setting it loads the list anew. */
  mine: boolean;
  /** Something above has changed. Also sent with every sign of life, so that clocks go on. */
  readonly changed: ISignal<IJobStore, void>;
  readonly moved: ISignal<IJobStore, ITransition>;
  /** Return a job, listed or watched. */
  find(id: string): Job | undefined;
  /** Follow the server until the result is disposed. */
  look(): IDisposable;
  /** Follow one job too, listed or not, until the result is disposed. */
  watch(id: string): IDisposable;
  /** Load the next part of the list. */
  more(): Promise<void>;
  /** Connect again now. */
  retry(): void;
}
