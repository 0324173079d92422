import { PanelWithToolbar, ReactWidget, SidePanel } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { ogaiIcon } from '../../icons';
import { whileShown } from '../../shown';
import type { IOgaiLab } from '../../tokens';
import { JobsView } from './jobs-view';

/** The sidebar of OGAI Lab; its first section is the live list of jobs. */
export function createSidebar(lab: IOgaiLab, commands: CommandRegistry): SidePanel {
  const { trans } = lab.words;
  const sidebar = new SidePanel();
  sidebar.id = 'ogai-lab';
  sidebar.title.icon = ogaiIcon;
  sidebar.title.caption = trans.__('OGAI Lab');
  sidebar.addClass('jp-ogai');
  sidebar.content.node.setAttribute('aria-label', trans.__('OGAI Lab'));

  const view = ReactWidget.create(
    <JobsView store={lab.jobs} words={lab.words} commands={commands} />
  );
  view.addClass('jp-ogai-Jobs');
  const section = new PanelWithToolbar();
  section.title.label = trans.__('Jobs');
  section.addClass('jp-ogai-Section');
  section.addWidget(view);
  sidebar.addWidget(section);
  whileShown(view, () => lab.jobs.look());
  return sidebar;
}
