import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';

import { Problem } from '../api/problem';
import { ogaiIcon } from '../icons';
import { ITabs } from '../tabs/tabs';
import { IOgaiLab } from '../tokens';

/** The tab of one job. Its code comes with the first one that is opened. */
export const jobTabPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:job-tab',
  description: 'Shows one job in a tab: curves, logs, timeline, explanation, spec, code, usage.',
  autoStart: true,
  requires: [IOgaiLab, ITabs],
  optional: [IEditorLanguageRegistry],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    tabs: ITabs,
    languages: IEditorLanguageRegistry | null
  ): void => {
    const { commands } = app;
    const { trans } = lab.words;
    tabs.register({
      kind: 'job',
      icon: ogaiIcon,
      label: trans.__('Job'),
      open: async (_, args, tab) => {
        if (typeof args.id !== 'string') {
          throw new Problem({
            code: 'invalid_input',
            detail: trans.__('Which job?'),
            action: trans.__('A link to a job ends with its id: job/<id>.')
          });
        }
        const { JobTab } = await import('../tabs/job/job-tab');
        return new JobTab({ lab, id: args.id, args, commands, languages, tab, tabs });
      },
      again: (content, args) => (content as { again?: (args: object) => void }).again?.(args)
    });
  }
};
