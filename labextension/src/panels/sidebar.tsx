import { AccordionToolbar, SidePanel } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { DisposableSet } from '@lumino/disposable';
import { AccordionPanel } from '@lumino/widgets';
import * as React from 'react';

import type { MadeModel } from '../api/types';
import { ogaiIcon } from '../icons';
import { whileShown } from '../shown';
import { OpenModels } from '../store/open-models';
import { Resource, type IResource } from '../store/resource';
import type { IOgaiLab } from '../tokens';
import { failedNotice, modelsNotice, nodesNotice, unseenFailures } from './attention';
import { ClusterView } from './cluster/cluster-view';
import { ThingCommands } from './commands';
import { DataView } from './data/data-view';
import { JobsView } from './jobs/jobs-view';
import { ModelsView } from './models/models-view';
import { registerModel } from './models/register';
import { createSection, type ISection } from './section';

/** A failure older than this calls for nobody any more, in seconds. */
const LATELY = 24 * 3600;

export const SECTIONS = ['cluster', 'jobs', 'data', 'models'] as const;
/** Those that are open until the reader says otherwise. */
const OPEN_AT_FIRST: readonly string[] = ['cluster', 'jobs'];

/** The sidebar of OGAI Lab, and the accordion in it: cluster, jobs, data, models. */
export function createSidebar(
  lab: IOgaiLab,
  commands: CommandRegistry
): { sidebar: SidePanel; accordion: AccordionPanel } {
  const { trans } = lab.words;
  const accordion = new AccordionPanel({ layout: AccordionToolbar.createLayout({}) });
  const sidebar = new SidePanel({ content: accordion });
  sidebar.id = 'ogai-lab';
  sidebar.title.icon = ogaiIcon;
  sidebar.title.caption = trans.__('OGAI Lab');
  sidebar.addClass('jp-ogai');
  accordion.node.setAttribute('aria-label', trans.__('OGAI Lab'));

  const made = new Resource<MadeModel[]>(lab.live, {
    load: signal => lab.models.unregistered(signal),
    concerns: ({ schema_id }) => /\/(scheduler\/job|models\/version)\//.test(schema_id)
  });
  const open = new OpenModels(lab.models, lab.live);
  const sections = [
    clusterSection(lab, commands),
    jobsSection(lab, commands),
    dataSection(lab, commands),
    modelsSection(lab, commands, open, made)
  ];
  for (const section of sections) {
    sidebar.addWidget(createSection(section, lab, commands));
  }
  SECTIONS.forEach((id, index) => {
    if (!OPEN_AT_FIRST.includes(id)) {
      accordion.collapse(index);
    }
  });
  accordion.setRelativeSizes([0.5, 0.5, 0, 0]);

  // The badges are seen as long as the sidebar is, folded sections or not.
  whileShown(sidebar, () =>
    DisposableSet.from(
      [lab.nodes, lab.fleet, lab.jobs, lab.runs, lab.catalog, made, open].map(store => store.look())
    )
  );
  sidebar.disposed.connect(() => {
    made.dispose();
    open.dispose();
  });
  return { sidebar, accordion };
}

function clusterSection(lab: IOgaiLab, commands: CommandRegistry): ISection {
  return {
    id: 'cluster',
    title: lab.words.trans.__('Cluster'),
    body: <ClusterView lab={lab} commands={commands} />,
    follows: [lab.nodes],
    badge: () => {
      const notice = nodesNotice(lab.nodes.value?.nodes ?? [], lab.words);
      return notice && { ...notice, run: () => void commands.execute(ThingCommands.openMap) };
    }
  };
}

function jobsSection(lab: IOgaiLab, commands: CommandRegistry): ISection {
  return {
    id: 'jobs',
    title: lab.words.trans.__('Jobs'),
    body: <JobsView store={lab.jobs} words={lab.words} commands={commands} />,
    follows: [lab.jobs, lab.seen],
    badge: () => failures(lab, lab.jobs.jobs)
  };
}

function dataSection(lab: IOgaiLab, commands: CommandRegistry): ISection {
  return {
    id: 'data',
    title: lab.words.trans.__('Data'),
    body: <DataView lab={lab} commands={commands} />,
    follows: [lab.runs, lab.seen],
    badge: () => failures(lab, lab.runs.value?.map(run => ({ ...run, id: run.job })) ?? [])
  };
}

function modelsSection(
  lab: IOgaiLab,
  commands: CommandRegistry,
  open: OpenModels,
  made: IResource<MadeModel[]>
): ISection {
  return {
    id: 'models',
    title: lab.words.trans.__('Models'),
    body: <ModelsView lab={lab} open={open} commands={commands} />,
    follows: [lab.catalog, open, made],
    badge: () => {
      const notice = modelsNotice(made.value ?? [], lab.words);
      return notice && { ...notice, run: () => void registerModel(lab) };
    }
  };
}

function failures(
  lab: IOgaiLab,
  endings: Parameters<typeof unseenFailures>[0]
): ReturnType<ISection['badge']> {
  const ids = unseenFailures(endings, lab.seen, Date.now() / 1000 - LATELY);
  const notice = failedNotice(ids.length, lab.words);
  return notice && { ...notice, run: () => lab.seen.add(...ids) };
}
