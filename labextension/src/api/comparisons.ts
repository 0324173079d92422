import type { Requests } from './request';
import type { components } from './schema';
import type { Job, Version } from './types';

type Schemas = components['schemas'];

export type Comparison = Schemas['Comparison'];
export type EvaluationInfo = Schemas['EvaluationInfo'];
export type ItemPage = Schemas['ItemPage'];
export type ItemPair = Schemas['ItemPair'];
export type TensorDiff = Schemas['TensorDiff'];

/** One version of a model. */
export interface IVersionRef {
  name: string;
  revision: string;
}

export type Side = 'better' | 'worse' | 'same';
export type Order = 'worse' | 'better' | 'largest' | 'base' | 'other' | 'document';

export interface IItemQuery {
  side?: Side;
  order: Order;
  offset: number;
  limit: number;
}

/** The operations that compare versions. */
export class ComparisonsApi {
  constructor(private readonly _requests: Requests) {}

  version({ name, revision }: IVersionRef, signal: AbortSignal): Promise<Version> {
    return this._requests.call('get', '/ogai/models/version', {
      query: { name, revision },
      signal
    });
  }

  evaluations({ name, revision }: IVersionRef, signal: AbortSignal): Promise<EvaluationInfo[]> {
    return this._requests.call('get', '/ogai/models/evaluations', {
      query: { name, revision },
      signal
    });
  }

  evaluate({ name, revision }: IVersionRef, data: string): Promise<Job> {
    return this._requests.call('post', '/ogai/models/evaluations', {
      body: { name, revision, data }
    });
  }

  compare(
    base: IVersionRef,
    other: IVersionRef,
    data: string,
    signal: AbortSignal
  ): Promise<Comparison> {
    const body = { ...pair(base, other), data };
    return this._requests.call('post', '/ogai/models/compare', { body, signal });
  }

  tensors(base: IVersionRef, other: IVersionRef, signal: AbortSignal): Promise<TensorDiff> {
    return this._requests.call('get', '/ogai/models/diff', { query: pair(base, other), signal });
  }

  items(
    base: IVersionRef,
    other: IVersionRef,
    data: string,
    query: IItemQuery,
    signal: AbortSignal
  ): Promise<ItemPage> {
    return this._requests.call('get', '/ogai/comparisons/items', {
      query: { ...pair(base, other), data, ...query },
      signal
    });
  }

  /** The text of a held-out document. */
  document(data: string, id: string, signal: AbortSignal): Promise<{ text: string }> {
    return this._requests.call('get', '/ogai/comparisons/document', {
      query: { data, id },
      signal
    });
  }
}

/** How two versions are named in one request. */
function pair({ name, revision }: IVersionRef, other: IVersionRef) {
  return { name, revision, other: `${other.name}@${other.revision}` };
}
