import {
  ILabShell,
  ILayoutRestorer,
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { linkIcon } from '@jupyterlab/ui-components';

import { takeLinks, type ITabArgs } from '../tabs/link';
import { ITabs, TabCommands } from '../tabs/tabs';
import { TabShell } from '../tabs/tab-shell';
import { IOgaiLab } from '../tokens';

/** The tabs: opened by a command or a link, kept over a reload. */
export const tabsPlugin: JupyterFrontEndPlugin<ITabs> = {
  id: '@ogai/lab:tabs',
  description: 'Opens, restores and links the tabs of OGAI Lab.',
  autoStart: true,
  provides: ITabs,
  requires: [IOgaiLab],
  optional: [ILabShell, ILayoutRestorer, IRouter],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    router: IRouter | null
  ): ITabs => {
    const { baseUrl } = app.serviceManager.serverSettings;
    const tabs = new TabShell({
      lab,
      shell: app.shell,
      // Notebook 7 has room for one widget in its main area; below it, it shows tabs too.
      area: labShell ? 'main' : 'down',
      page: new URL(URLExt.join(baseUrl, PageConfig.getOption('appUrl') || 'lab'), location.href)
        .href
    });
    addCommands(app, lab, tabs);
    void restorer?.restore(tabs.tracker, {
      command: TabCommands.open,
      args: tab => tabs.restored(tab),
      name: tab => tabs.name(tab)
    });
    void app.restored.then(() => {
      openLinked(tabs);
      // A workspace that is reset goes to the address once more.
      router?.routed.connect(() => openLinked(tabs));
    });
    return tabs;
  }
};

/** Open what the address asks for, and take it out of the address: a reload restores anyway. */
function openLinked(tabs: ITabs): void {
  const { links, rest } = takeLinks(location.href);
  if (rest !== location.href) {
    history.replaceState(history.state, '', rest);
  }
  for (const link of links) {
    tabs.open(link);
  }
}

function addCommands(app: JupyterFrontEnd, lab: IOgaiLab, tabs: TabShell): void {
  const { commands } = app;
  const { trans } = lab.words;
  const describedBy = {
    args: {
      type: 'object',
      properties: {
        kind: { type: 'string', description: trans.__('What is shown: job, map, launch, …') },
        id: { type: 'string', description: trans.__('Which one, where there are several') }
      }
    }
  } as const;
  const kindOf = (args: { kind?: unknown }) =>
    typeof args.kind === 'string' ? tabs.kinds.get(args.kind) : undefined;
  const meant = (args: { kind?: unknown }): ITabArgs | undefined => {
    if (typeof args.kind === 'string') {
      return args as ITabArgs;
    }
    const node = app.contextMenuHitTest(node => tabs.at(node) !== undefined);
    const front = tabs.tracker.currentWidget;
    return node ? tabs.at(node) : front?.isVisible ? front.content.args : undefined;
  };

  commands.addCommand(TabCommands.open, {
    label: args => kindOf(args)?.label ?? trans.__('Open a Tab of OGAI Lab'),
    icon: args => kindOf(args)?.icon,
    describedBy,
    execute: args => (typeof args.kind === 'string' ? tabs.open(args as ITabArgs) : undefined)
  });
  commands.addCommand(TabCommands.copyLink, {
    label: trans.__('Copy Link'),
    caption: trans.__('Copy the address that opens this tab'),
    icon: linkIcon,
    describedBy,
    isEnabled: args => meant(args) !== undefined,
    execute: args => {
      const tab = meant(args);
      if (tab) {
        Clipboard.copyToSystem(tabs.link(tab));
        Notification.info(trans.__('Link copied'), { autoClose: 2000 });
      }
    }
  });
}
