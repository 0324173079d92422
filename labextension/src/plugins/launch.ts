import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import { IStateDB } from '@jupyterlab/statedb';
import { addIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import { LaunchApi } from '../api/launch';
import type { IPlaces } from '../tabs/launch/run-fields';
import { ITabs } from '../tabs/tabs';
import { IOgaiLab } from '../tokens';

/** What the plugin asks of a tab that is open. */
interface ILaunchTab {
  take(args: ReadonlyJSONObject): Promise<void>;
}

/** The tab that launches jobs. */
export const launchPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:launch',
  description: 'A form that launches jobs, with a preview of what will come of it.',
  autoStart: true,
  requires: [IOgaiLab, ITabs],
  optional: [IStateDB],
  activate: (app: JupyterFrontEnd, lab: IOgaiLab, tabs: ITabs, state: IStateDB | null): void => {
    const { trans } = lab.words;
    tabs.register({
      kind: 'launch',
      icon: addIcon,
      label: trans.__('Launch a Job'),
      open: async (_, args, tab) => {
        const api = new LaunchApi(lab.requests);
        const [view, { LaunchModel }, schema] = await Promise.all([
          import('../tabs/launch/launch-tab'),
          import('../tabs/launch/launch-model'),
          api.schema()
        ]);
        const model = new LaunchModel(lab, api, state, schema, places(app).locate('').folder);
        await model.restore();
        const content = new view.LaunchTab(lab, model, places(app), app.commands);
        void content.take(args);
        // Taken once: after a reload the form holds what was made of it.
        tab.args = { kind: 'launch' };
        return content;
      },
      again: (content, args) => {
        const tab: unknown = content;
        void (tab as ILaunchTab).take(args);
      }
    });
  }
};

/** Files as the front end knows them, by the folder on the server that holds each. */
function places(app: JupyterFrontEnd): IPlaces {
  const root = PageConfig.getOption('serverRoot');
  const locate = (path: string) => {
    const local = app.serviceManager.contents.localPath(path);
    const folder = PathExt.dirname(local);
    return {
      folder: folder ? `${root.replace(/\/$/, '')}/${folder}` : root,
      file: PathExt.basename(local)
    };
  };
  return {
    locate,
    open: () => {
      const found: string[] = [];
      for (const widget of app.shell.widgets('main')) {
        const { context } = widget as { context?: { path?: unknown } };
        if (typeof context?.path === 'string') {
          found.push(context.path);
        }
      }
      return [...new Set(found)].map(locate);
    }
  };
}
