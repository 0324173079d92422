import {
  PanelWithToolbar,
  ReactWidget,
  refreshIcon,
  settingsIcon,
  ToolbarButton
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import type { IOgaiLab } from '../tokens';
import { useChanges } from './use-changes';

/** What calls for attention in a section: how much of it, and what it is. */
export interface IBadge {
  /** Short, with the number: `2 failed`. */
  text: string;
  /** The whole sentence. */
  title: string;
  /** What a click on it does. */
  run: () => void;
}

/** One section of the sidebar. */
export interface ISection {
  /** Lower case; names its style class and its remembered state. */
  id: string;
  title: string;
  body: React.JSX.Element;
  /** What it shows: its changes move the badge. */
  follows: { changed: ISignal<unknown, unknown>; retry?(): void }[];
  badge: () => IBadge | undefined;
}

/** Make a section: a header with badge, refresh and settings, and its body. */
export function createSection(
  section: ISection,
  lab: IOgaiLab,
  commands: CommandRegistry
): PanelWithToolbar {
  const { trans } = lab.words;
  const panel = new PanelWithToolbar();
  panel.title.label = section.title;
  panel.title.dataset = { ogaiSection: section.id };
  panel.addClass('jp-ogai-Section');
  panel.addClass(`jp-ogai-Section-${section.id}`);
  panel.toolbar.node.setAttribute('aria-label', trans.__('%1: actions', section.title));

  const badge = ReactWidget.create(<Badge section={section} />);
  badge.addClass('jp-ogai-BadgeItem');
  panel.toolbar.addItem('badge', badge);
  panel.toolbar.addItem(
    'refresh',
    new ToolbarButton({
      icon: refreshIcon,
      tooltip: trans.__('Load %1 Again', section.title),
      onClick: () => section.follows.forEach(store => store.retry?.())
    })
  );
  panel.toolbar.addItem(
    'settings',
    new ToolbarButton({
      icon: settingsIcon,
      tooltip: trans.__('Settings of OGAI Lab'),
      onClick: () => void commands.execute('settingeditor:open', { query: 'OGAI Lab' })
    })
  );
  const body = ReactWidget.create(section.body);
  body.addClass('jp-ogai-Section-body');
  panel.addWidget(body);
  return panel;
}

function Badge({ section }: { section: ISection }): React.JSX.Element | null {
  useChanges(...section.follows);
  const badge = section.badge();
  return badge ? (
    <button
      className="jp-ogai-Badge"
      title={badge.title}
      aria-label={badge.title}
      onClick={badge.run}
    >
      {badge.text}
    </button>
  ) : null;
}
