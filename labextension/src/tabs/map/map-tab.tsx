import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import * as React from 'react';

import { whileShown } from '../../shown';
import { clusterNodesResource, type INodesPicture } from '../../store/fleet';
import type { IResource } from '../../store/resource';
import type { IOgaiLab } from '../../tokens';
import { nodeId } from '../node/node-id';
import type { ITab, ITabs } from '../tabs';
import { mapIcon } from './icons';
import { MapView, type IMapSettings } from './map-view';

const CHOICES = {
  view: ['map', 'table'],
  by: ['use', 'health', 'owner', 'temperature'],
  group: ['rack', 'queue', 'flavor', 'state']
} as const;

/** The tab with the map of the cluster. */
export class MapTab extends ReactWidget {
  constructor(
    private readonly _lab: IOgaiLab,
    private readonly _tabs: Pick<ITabs, 'open'>,
    private readonly _tab: ITab
  ) {
    super();
    this.addClass('jp-ogai');
    this.addClass('jp-ogai-MapTab');
    this.title.icon = mapIcon;
    whileShown(this, () => _lab.fleet.look());
    this._show(_tab.args.id ?? '');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      super.dispose();
      this._own?.dispose();
    }
  }

  protected override render(): React.JSX.Element {
    return (
      <MapView
        // A cluster's map begins anew: what is chosen and filtered is of other nodes.
        key={this._cluster}
        lab={this._lab}
        cluster={this._cluster}
        nodes={this._nodes}
        settings={readSettings(this._tab.args)}
        onSettings={settings => (this._tab.args = { ...this._tab.args, ...settings })}
        onCluster={cluster => this._switch(cluster)}
        onOpenNode={name => this._tabs.open({ kind: 'node', id: nodeId(this._cluster, name) })}
        onOpenJob={id => this._tabs.open({ kind: 'job', id })}
      />
    );
  }

  private _switch(cluster: string): void {
    const args = Object.entries(this._tab.args).filter(([name]) => name !== 'id');
    this._tab.args = { ...Object.fromEntries(args), kind: 'map', ...(cluster && { id: cluster }) };
    this._show(cluster);
    this.update();
  }

  private _show(cluster: string): void {
    const { trans } = this._lab.words;
    this._looking?.dispose();
    this._own?.dispose();
    this._own = cluster
      ? clusterNodesResource(this._lab.live, this._lab.clusters, cluster)
      : undefined;
    const nodes = this._own ?? this._lab.nodes;
    this._cluster = cluster;
    this._nodes = nodes;
    this._looking = whileShown(this, () => nodes.look());
    this.title.label = cluster ? trans.__('Map of %1', cluster) : trans.__('Cluster Map');
  }

  private _cluster = '';
  private _nodes!: IResource<INodesPicture>;
  private _own: IResource<INodesPicture> | undefined;
  private _looking: IDisposable | undefined;
}

/** How the map was shown last; what is unknown or missing is as in a new one. */
export function readSettings(args: ReadonlyJSONObject): IMapSettings {
  const read = <K extends keyof typeof CHOICES>(name: K): (typeof CHOICES)[K][number] =>
    CHOICES[name].find(choice => choice === args[name]) ?? CHOICES[name][0];
  return { view: read('view'), by: read('by'), group: read('group') };
}
