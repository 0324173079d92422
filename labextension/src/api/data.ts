import type { Requests } from './request';
import type { DataRun, Manifest } from './types';

/** The data layer's operations, over HTTP. */
export class DataApi {
  constructor(private readonly _requests: Requests) {}

  /** The newest runs, newest first. */
  runs(signal?: AbortSignal): Promise<DataRun[]> {
    return this._requests.call('get', '/ogai/data/runs', {
      query: { limit: 500 },
      ...(signal && { signal })
    });
  }

  manifest(digest: string, signal?: AbortSignal): Promise<Manifest> {
    return this._requests.call('get', '/ogai/data/manifests/{digest}', {
      path: { digest },
      ...(signal && { signal })
    });
  }
}
