import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';

import { CommandIDs } from '../commands';
import { ITabs, TabCommands } from '../tabs/tabs';
import { IOgaiLab } from '../tokens';

/** The kinds of tabs that need nothing to be named, in the order of the launcher's cards. */
const CARDS = ['launch', 'map'];
/** Behind notebooks and consoles, before “Other”. */
const CATEGORY_RANK = 30;
/** In the palette, behind what opens something. */
const LAST = 100;

/** Cards in the launcher and entries of the command palette. */
export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:launcher',
  description: 'Offers OGAI Lab in the launcher and in the command palette.',
  autoStart: true,
  requires: [IOgaiLab, ITabs],
  optional: [ICommandPalette, ILauncher],
  activate: (
    _app: JupyterFrontEnd,
    lab: IOgaiLab,
    tabs: ITabs,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ): void => {
    const category = lab.words.trans.__('OGAI Lab');
    const offered = new Set<string>();
    const offer = () => {
      for (const kind of CARDS) {
        if (tabs.kinds.has(kind) && !offered.has(kind)) {
          offered.add(kind);
          const args = { kind };
          palette?.addItem({ command: TabCommands.open, args, category, rank: rankOf(kind) });
          launcher?.add({
            command: TabCommands.open,
            args,
            category,
            rank: rankOf(kind),
            categoryRank: CATEGORY_RANK
          });
        }
      }
    };
    offer();
    tabs.changed.connect(offer);
    launcher?.add({
      command: CommandIDs.showJobs,
      args: { isLauncher: true },
      category,
      rank: 0, // the first card's icon stands for all of them
      categoryRank: CATEGORY_RANK
    });
    palette?.addItem({ command: CommandIDs.showJobs, category, rank: 0 });
    palette?.addItem({ command: TabCommands.copyLink, category, rank: LAST });
  }
};

/** Where a kind of tab stands, among the cards and in the palette: behind the jobs. */
function rankOf(kind: string): number {
  return 1 + CARDS.indexOf(kind);
}
