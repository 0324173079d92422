import type { Requests } from './request';
import type { MadeModel, Model, Version } from './types';

/** The registry's operations, over HTTP. */
export class ModelsApi {
  constructor(private readonly _requests: Requests) {}

  /** All models, the one with the newest version first. */
  models(signal?: AbortSignal): Promise<Model[]> {
    return this._requests.call('get', '/ogai/models/models', { ...(signal && { signal }) });
  }

  /** The newest versions of a model, newest first; those before number `before` if given. */
  versions(name: string, before?: number, signal?: AbortSignal): Promise<Version[]> {
    return this._requests.call('get', '/ogai/models/versions', {
      query: { name, ...(before !== undefined && { before }) },
      ...(signal && { signal })
    });
  }

  /** What finished jobs made and nobody has registered yet, newest first. */
  unregistered(signal?: AbortSignal): Promise<MadeModel[]> {
    return this._requests.call('get', '/ogai/models/unregistered', { ...(signal && { signal }) });
  }

  /** Make what a finished job reported as its model the next version of a model. */
  register(name: string, job: string): Promise<Version> {
    return this._requests.call('post', '/ogai/models/versions', { body: { name, job } });
  }
}
