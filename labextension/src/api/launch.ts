import type { JSONObject } from '@lumino/coreutils';

import type { Requests } from './request';
import type { Job, Offers, Preview, Template } from './types';

/** The operations of a launch, over HTTP. */
export class LaunchApi {
  constructor(private readonly _requests: Requests) {}

  /** The JSON schema of what a job may be asked to be. */
  async schema(): Promise<JSONObject> {
    return (await this._requests.call('get', '/ogai/launch/schema', {})) as JSONObject;
  }

  /** What submitting a spec would do, and all that is wrong with it. */
  preview(spec: JSONObject, signal: AbortSignal): Promise<Preview> {
    return this._requests.call('post', '/ogai/launch/preview', { body: { spec }, signal });
  }

  /** What is free now, and when more will be. */
  free(signal: AbortSignal): Promise<Offers> {
    return this._requests.call('get', '/ogai/launch/free', { signal });
  }

  /** Submit a job; repeated with the same key, it is submitted once. */
  submit(spec: JSONObject, key: string): Promise<Job> {
    // The server reads sizes as text and refuses what is no spec: its types are the narrower ones.
    const body = { spec: spec as never, idempotency_key: key };
    return this._requests.call('post', '/ogai/scheduler/jobs', { body });
  }

  templates(signal: AbortSignal): Promise<Template[]> {
    return this._requests.call('get', '/ogai/launch/templates', { signal });
  }

  /** Keep fields of a spec under a name of the reader's own. */
  saveTemplate(name: string, spec: JSONObject, shared: boolean): Promise<Template> {
    return this._requests.call('put', '/ogai/launch/templates', { body: { name, spec, shared } });
  }

  renameTemplate(name: string, to: string): Promise<Template> {
    return this._requests.call('post', '/ogai/launch/templates/rename', { body: { name, to } });
  }

  async removeTemplate(name: string): Promise<void> {
    await this._requests.call('delete', '/ogai/launch/templates', { query: { name } });
  }
}
