import {
  PanelWithToolbar,
  ReactWidget,
  refreshIcon,
  settingsIcon,
  type LabIcon
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import type { IOgaiLab } from '../tokens';
import type { Words } from '../words';
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

  const actions = ReactWidget.create(
    <Actions section={section} words={lab.words} commands={commands} />
  );
  actions.addClass('jp-ogai-SectionActions');
  panel.toolbar.addItem('actions', actions);
  const body = ReactWidget.create(section.body);
  body.addClass('jp-ogai-Section-body');
  panel.addWidget(body);
  return panel;
}

/** Core's toolbar buttons say that they are pressed or not, which no button of these is. */
function Actions(props: {
  section: ISection;
  words: Words;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { section, words, commands } = props;
  const { trans } = words;
  const button = (icon: LabIcon, label: string, run: () => void) => (
    <button className="jp-ogai-IconButton" title={label} aria-label={label} onClick={run}>
      <icon.react tag="span" />
    </button>
  );
  return (
    <>
      <Badge section={section} />
      {button(refreshIcon, trans.__('Load %1 Again', section.title), () =>
        section.follows.forEach(store => store.retry?.())
      )}
      {button(
        settingsIcon,
        trans.__('Settings of OGAI Lab'),
        () => void commands.execute('settingeditor:open', { query: 'OGAI Lab' })
      )}
    </>
  );
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
