import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { whileShown } from '../../shown';
import type { Resource } from '../../store/resource';
import type { IOgaiLab } from '../../tokens';
import { nodeIcon } from '../map/icons';
import type { ITabs } from '../tabs';
import { nodeResource, type INodePicture } from './node-resource';
import { NodeView } from './node-view';

/** The tab with a node's page. */
export class NodeTab extends ReactWidget {
  constructor(
    private readonly _lab: IOgaiLab,
    private readonly _tabs: Pick<ITabs, 'open'>,
    private readonly _name: string
  ) {
    super();
    this.addClass('jp-ogai');
    this.addClass('jp-ogai-NodeTab');
    this.title.label = _name;
    this.title.icon = nodeIcon;
    this._resource = nodeResource(_lab.live, _lab.cluster, _name);
    whileShown(this, () => this._resource.look());
    whileShown(this, () => _lab.nodes.look());
  }

  override dispose(): void {
    if (!this.isDisposed) {
      super.dispose();
      this._resource.dispose();
    }
  }

  protected override render(): React.JSX.Element {
    return (
      <NodeView
        lab={this._lab}
        name={this._name}
        resource={this._resource}
        onOpenMap={() => this._tabs.open({ kind: 'map' })}
        onOpenJob={id => this._tabs.open({ kind: 'job', id })}
      />
    );
  }

  private readonly _resource: Resource<INodePicture>;
}
