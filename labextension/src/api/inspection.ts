import type { Requests } from './request';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Curve = Schemas['Curve'];
export type Curves = Schemas['Curves'];
export type Goodput = Schemas['Goodput'];
export type JobUsage = Schemas['JobUsage'];
export type Mark = Schemas['Mark'];
export type Phase = Schemas['Phase'];
export type SnapshotFiles = Schemas['SnapshotFiles'];
export type SnapshotText = Schemas['SnapshotText'];
export type Timeline = Schemas['Timeline'];

/** Which curves of a job are wanted. */
export interface ICurveQuery {
  name: string[];
  rank: number | null;
  /** The cursor of an earlier answer: only what came since. */
  after?: number;
  points?: number;
}

/** The operations that look into one job. */
export class InspectionApi {
  constructor(
    private readonly _requests: Requests,
    private readonly _id: string
  ) {}

  curves(query: ICurveQuery, signal: AbortSignal): Promise<Curves> {
    return this._requests.call('get', '/ogai/scheduler/jobs/{job_id}/curves', {
      ...this._about(signal),
      query
    });
  }

  timeline(signal: AbortSignal): Promise<Timeline> {
    return this._requests.call(
      'get',
      '/ogai/scheduler/jobs/{job_id}/timeline',
      this._about(signal)
    );
  }

  usage(signal: AbortSignal): Promise<JobUsage> {
    return this._requests.call('get', '/ogai/scheduler/jobs/{job_id}/usage', this._about(signal));
  }

  /** Where the time of a training went. */
  goodput(signal: AbortSignal): Promise<Goodput> {
    return this._requests.call('get', '/ogai/training/runs/{job_id}/goodput', this._about(signal));
  }

  snapshot(signal: AbortSignal): Promise<SnapshotFiles> {
    return this._requests.call(
      'get',
      '/ogai/scheduler/jobs/{job_id}/snapshot',
      this._about(signal)
    );
  }

  file(path: string, signal: AbortSignal): Promise<SnapshotText> {
    return this._requests.call('get', '/ogai/scheduler/jobs/{job_id}/snapshot/file', {
      ...this._about(signal),
      query: { path }
    });
  }

  private _about(signal: AbortSignal): { path: { job_id: string }; signal: AbortSignal } {
    return { path: { job_id: this._id }, signal };
  }
}
