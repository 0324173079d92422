import { Clipboard, Notification } from '@jupyterlab/apputils';
import { addIcon, copyIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { ogaiIcon } from '../icons';
import { mapIcon } from '../tabs/map/icons';
import { TabCommands } from '../tabs/tabs';
import type { IOgaiLab } from '../tokens';
import { loadSnippet, manifestCell, nodeCell, versionCell } from './cells';

export namespace ThingCommands {
  export const openMap = 'ogai:open-map';
  export const openNode = 'ogai:open-node';
  export const insertNode = 'ogai:insert-node-cell';
  export const copySnippet = 'ogai:copy-load-snippet';
  export const insertVersion = 'ogai:insert-version-cell';
  export const compare = 'ogai:compare-versions';
  export const copyManifest = 'ogai:copy-manifest';
  export const insertManifest = 'ogai:insert-manifest-cell';
}

/** What the commands need from whoever registers them. */
export interface IThingHost {
  /** What the row under the pointer says of itself, when a context menu was opened. */
  atPointer(key: string): DOMStringMap | undefined;
  /** Put a cell into the notebook in front. */
  insertCell(source: string): void;
  /** Whether there is one. */
  canInsert(): boolean;
}

/** Register the commands on nodes, model versions and data manifests: by argument or pointer. */
export function registerThingCommands(
  commands: CommandRegistry,
  lab: IOgaiLab,
  host: IThingHost
): void {
  const { trans } = lab.words;
  const described = (properties: ReadonlyJSONObject) => ({
    args: { type: 'object' as const, properties }
  });
  const text = { type: 'string' };
  const byNode = described({ node: { ...text, description: trans.__('The name of the node') } });
  const byVersion = described({ model: text, revision: text });
  const byManifest = described({ manifest: text, name: text });
  const nodeOf = (args: ReadonlyPartialJSONObject) => {
    const name = args.node ?? host.atPointer('node')?.node;
    return lab.nodes.value?.nodes.find(node => node.name === name);
  };
  const versionOf = (args: ReadonlyPartialJSONObject) => pair(args, 'model', 'revision', host);
  const manifestOf = (args: ReadonlyPartialJSONObject) => pair(args, 'manifest', 'name', host);
  const insertLabel = trans.__('Insert a Cell that Uses It');

  commands.addCommand(ThingCommands.openMap, {
    label: trans.__('Open the Cluster Map'),
    icon: mapIcon,
    describedBy: described({
      cluster: { ...text, description: trans.__('A cluster; the server’s machine if left out') }
    }),
    execute: ({ cluster }) =>
      commands.execute(TabCommands.open, {
        kind: 'map',
        ...(typeof cluster === 'string' && cluster !== '' && { id: cluster })
      })
  });
  commands.addCommand(ThingCommands.openNode, {
    label: trans.__('Open Node'),
    icon: mapIcon,
    describedBy: byNode,
    execute: args => {
      const node = nodeOf(args);
      return node && commands.execute(TabCommands.open, { kind: 'node', id: node.name });
    }
  });
  commands.addCommand(ThingCommands.insertNode, {
    label: insertLabel,
    icon: addIcon,
    describedBy: byNode,
    isEnabled: () => host.canInsert(),
    execute: args => {
      const node = nodeOf(args);
      if (node) {
        host.insertCell(nodeCell(node));
      }
    }
  });
  commands.addCommand(ThingCommands.copySnippet, {
    label: trans.__('Copy Load Snippet'),
    icon: copyIcon,
    describedBy: byVersion,
    execute: args => {
      const found = versionOf(args);
      if (found) {
        copied(lab, loadSnippet({ model: found[0], revision: found[1] }));
      }
    }
  });
  commands.addCommand(ThingCommands.insertVersion, {
    label: insertLabel,
    icon: addIcon,
    describedBy: byVersion,
    isEnabled: () => host.canInsert(),
    execute: args => {
      const found = versionOf(args);
      if (found) {
        host.insertCell(versionCell({ model: found[0], revision: found[1] }));
      }
    }
  });
  commands.addCommand(ThingCommands.compare, {
    label: trans.__('Compare Versions'),
    icon: ogaiIcon,
    describedBy: described({ versions: { type: 'array', items: text } }),
    execute: args =>
      Array.isArray(args.versions)
        ? commands.execute(TabCommands.open, {
            kind: 'compare',
            id: args.versions.map(name => `model:${String(name)}`).join(',')
          })
        : undefined
  });
  commands.addCommand(ThingCommands.copyManifest, {
    label: trans.__('Copy Manifest Digest'),
    icon: copyIcon,
    describedBy: byManifest,
    isEnabled: args => manifestOf(args) !== undefined,
    execute: args => {
      const found = manifestOf(args);
      if (found) {
        copied(lab, found[0]);
      }
    }
  });
  commands.addCommand(ThingCommands.insertManifest, {
    label: insertLabel,
    icon: addIcon,
    describedBy: byManifest,
    isEnabled: args => host.canInsert() && manifestOf(args) !== undefined,
    execute: args => {
      const found = manifestOf(args);
      if (found) {
        host.insertCell(manifestCell(...found));
      }
    }
  });
}

/** Two texts that name a thing: as arguments, or of the row under the pointer. */
function pair(
  args: ReadonlyPartialJSONObject,
  first: string,
  second: string,
  host: IThingHost
): [string, string] | undefined {
  const from = typeof args[first] === 'string' ? args : (host.atPointer(first) ?? {});
  const found = [from[first], from[second]];
  return typeof found[0] === 'string' && found[0] !== ''
    ? [found[0], typeof found[1] === 'string' ? found[1] : '']
    : undefined;
}

function copied(lab: IOgaiLab, text: string): void {
  Clipboard.copyToSystem(text);
  Notification.info(lab.words.trans.__('Copied'), { autoClose: 2000 });
}
