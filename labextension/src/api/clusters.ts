import type { Requests } from './request';
import type { ClusterGlance, ClusterOffers, KnownCluster, Need, Node, NodePage } from './types';

/** The operations of clusters that are not the server's machine, over HTTP. */
export class ClustersApi {
  constructor(private readonly _requests: Requests) {}

  /** The clusters that are known; nothing of them is asked. */
  known(signal: AbortSignal): Promise<KnownCluster[]> {
    return this._requests.call('get', '/ogai/clusters/clusters', { signal });
  }

  /** A cluster in a few numbers. */
  glance(cluster: string, signal: AbortSignal): Promise<ClusterGlance> {
    return this._requests.call('get', '/ogai/clusters/glance', { query: { cluster }, signal });
  }

  /** Every node of a cluster. */
  nodes(cluster: string, signal: AbortSignal): Promise<Node[]> {
    return this._requests.call('get', '/ogai/clusters/nodes', { query: { cluster }, signal });
  }

  /** All that a cluster tells of one node. */
  page(cluster: string, node: string, signal: AbortSignal): Promise<NodePage> {
    return this._requests.call('get', '/ogai/clusters/page', { query: { cluster, node }, signal });
  }

  /** What a cluster's queues could give a job. */
  offers(cluster: string, need: Partial<Need>, signal: AbortSignal): Promise<ClusterOffers> {
    // What is left out is as by default: the server's types name every field.
    const body = { cluster, need: need as Need };
    return this._requests.call('post', '/ogai/clusters/offers', { body, signal });
  }
}
