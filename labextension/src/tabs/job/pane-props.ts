import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { CommandRegistry } from '@lumino/commands';

import type { Job } from '../../api/types';
import type { JobModel } from './job-model';

/** What every pane is given. */
export interface IPaneProps {
  model: JobModel;
  job: Job;
  commands: CommandRegistry;
  /** The languages that code can be coloured in, where the workbench has them. */
  languages: IEditorLanguageRegistry | null;
}
