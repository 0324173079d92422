import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { NodePage } from '../../api/types';
import { whileShown } from '../../shown';
import { nodePageResource } from '../../store/fleet';
import type { Resource } from '../../store/resource';
import type { IOgaiLab } from '../../tokens';
import { nodeIcon } from '../map/icons';
import type { ITabs } from '../tabs';
import { ClusterNodeView } from './cluster-node-view';
import { placeOfNode } from './node-id';
import { nodeResource, type INodePicture } from './node-resource';
import { NodeView } from './node-view';

/** The tab with a node's page: of the server's machine, or of a cluster. */
export class NodeTab extends ReactWidget {
  constructor(
    private readonly _lab: IOgaiLab,
    private readonly _tabs: Pick<ITabs, 'open'>,
    id: string
  ) {
    super();
    this.addClass('jp-ogai');
    this.addClass('jp-ogai-NodeTab');
    const { cluster, node } = placeOfNode(id);
    this._cluster = cluster;
    this._name = node;
    this.title.label = node;
    this.title.icon = nodeIcon;
    if (cluster) {
      this._page = nodePageResource(_lab.live, _lab.clusters, cluster, node);
    } else {
      this._resource = nodeResource(_lab.live, _lab.cluster, node);
      whileShown(this, () => _lab.nodes.look());
    }
    whileShown(this, () => (this._page ?? this._resource)!.look());
  }

  override dispose(): void {
    if (!this.isDisposed) {
      super.dispose();
      this._page?.dispose();
      this._resource?.dispose();
    }
  }

  protected override render(): React.JSX.Element {
    const id = this._cluster;
    const open = {
      lab: this._lab,
      onOpenMap: () => this._tabs.open({ kind: 'map', ...(id && { id }) }),
      onOpenJob: (id: string) => this._tabs.open({ kind: 'job', id })
    };
    return this._page ? (
      <ClusterNodeView {...open} resource={this._page} />
    ) : (
      <NodeView {...open} name={this._name} resource={this._resource!} />
    );
  }

  private readonly _cluster: string;
  private readonly _name: string;
  private readonly _page: Resource<NodePage> | undefined;
  private readonly _resource: Resource<INodePicture> | undefined;
}
