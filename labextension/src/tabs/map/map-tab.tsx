import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import * as React from 'react';

import { whileShown } from '../../shown';
import type { IOgaiLab } from '../../tokens';
import type { ITab, ITabs } from '../tabs';
import { mapIcon } from './icons';
import { MapView, type IMapSettings } from './map-view';

const CHOICES = {
  view: ['map', 'table'],
  by: ['use', 'health', 'owner', 'temperature'],
  group: ['rack', 'queue', 'state']
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
    this.title.label = _lab.words.trans.__('Cluster Map');
    this.title.icon = mapIcon;
    whileShown(this, () => _lab.nodes.look());
  }

  protected override render(): React.JSX.Element {
    return (
      <MapView
        lab={this._lab}
        settings={readSettings(this._tab.args)}
        onSettings={settings => (this._tab.args = { ...this._tab.args, ...settings })}
        onOpenNode={id => this._tabs.open({ kind: 'node', id })}
        onOpenJob={id => this._tabs.open({ kind: 'job', id })}
      />
    );
  }
}

/** How the map was shown last; what is unknown or missing is as in a new one. */
export function readSettings(args: ReadonlyJSONObject): IMapSettings {
  const read = <K extends keyof typeof CHOICES>(name: K): (typeof CHOICES)[K][number] =>
    CHOICES[name].find(choice => choice === args[name]) ?? CHOICES[name][0];
  return { view: read('view'), by: read('by'), group: read('group') };
}
