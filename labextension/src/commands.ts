import { Clipboard, Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { addIcon, copyIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import { Problem } from './api/problem';
import { isFinal, type Job, type JobState } from './api/types';
import { explainIcon, logIcon, ogaiIcon, stopIcon } from './icons';
import { jobCell } from './panels/cells';
import { TabCommands } from './tabs/tabs';
import type { IOgaiLab } from './tokens';

export namespace CommandIDs {
  export const showJobs = 'ogai:show-jobs';
  export const openJob = 'ogai:open-job';
  export const openLog = 'ogai:open-log';
  export const explain = 'ogai:explain-job';
  export const cancel = 'ogai:cancel-job';
  export const clone = 'ogai:clone-job';
  export const insertCell = 'ogai:insert-job-cell';
  export const copyId = 'ogai:copy-job-id';
  export const remove = 'ogai:delete-job';
}

/** What the commands need from whoever registers them. */
export interface ICommandHost {
  /** The job under the pointer when a context menu was opened. */
  jobAtPointer(): string | undefined;
  showJobs(): void;
  openLog(id: string, options: { explain: boolean }): void;
  /** Put a cell into the notebook in front. */
  insertCell(source: string): void;
  /** Whether there is one. */
  canInsert(): boolean;
}

/**
 * Register the commands on jobs. Each takes the job's `id`; without one it means the job under
 * the context menu.
 */
export function registerCommands(
  commands: CommandRegistry,
  lab: IOgaiLab,
  host: ICommandHost
): void {
  const { trans } = lab.words;
  const idOf = (args: { id?: unknown }) =>
    typeof args.id === 'string' ? args.id : host.jobAtPointer();
  const jobOf = (args: { id?: unknown }) => lab.jobs.find(idOf(args) ?? '');
  const stateOf = (args: { id?: unknown }) =>
    jobOf(args)?.state ?? lab.runs.value?.find(({ job }) => job === idOf(args))?.state;
  const onId = (execute: (id: string) => unknown) => (args: { id?: unknown }) => {
    const id = idOf(args);
    return id === undefined ? undefined : execute(id);
  };
  const onSeen = (execute: (id: string) => unknown) =>
    onId(id => {
      lab.seen.add(id);
      return execute(id);
    });
  const describedBy = (properties: ReadonlyJSONObject) => ({
    args: { type: 'object' as const, properties }
  });
  const idArgument = { id: { type: 'string', description: trans.__('The id of the job') } };

  commands.addCommand(CommandIDs.showJobs, {
    label: args => (args.isLauncher ? trans.__('Jobs') : trans.__('Show Jobs')),
    caption: trans.__('Show the jobs of OGAI Lab and follow them'),
    icon: ogaiIcon,
    describedBy: describedBy({ isLauncher: { type: 'boolean' } }),
    execute: () => host.showJobs()
  });
  commands.addCommand(CommandIDs.openJob, {
    label: trans.__('Open Job'),
    icon: ogaiIcon,
    describedBy: describedBy(idArgument),
    execute: onSeen(id => commands.execute(TabCommands.open, { kind: 'job', id }))
  });
  commands.addCommand(CommandIDs.openLog, {
    label: trans.__('Open Log'),
    icon: logIcon,
    describedBy: describedBy(idArgument),
    execute: onSeen(id => host.openLog(id, { explain: false }))
  });
  commands.addCommand(CommandIDs.explain, {
    label: args => explainLabel(lab, jobOf(args)),
    icon: explainIcon,
    describedBy: describedBy(idArgument),
    execute: onSeen(id => host.openLog(id, { explain: true }))
  });
  commands.addCommand(CommandIDs.clone, {
    label: trans.__('Clone and Edit…'),
    icon: editIcon,
    describedBy: describedBy(idArgument),
    execute: onId(id => commands.execute(TabCommands.open, { kind: 'launch', from: id }))
  });
  commands.addCommand(CommandIDs.insertCell, {
    label: trans.__('Insert a Cell that Reattaches'),
    icon: addIcon,
    describedBy: describedBy(idArgument),
    isEnabled: () => host.canInsert(),
    execute: onId(id => host.insertCell(jobCell({ id, name: lab.jobs.find(id)?.name ?? '' })))
  });
  commands.addCommand(CommandIDs.cancel, {
    label: trans.__('Cancel Job…'),
    icon: stopIcon,
    describedBy: describedBy(idArgument),
    isEnabled: args => cancellable({ state: stateOf(args) }),
    execute: onId(id => cancelJob(lab, id))
  });
  commands.addCommand(CommandIDs.copyId, {
    label: trans.__('Copy Job Id'),
    icon: copyIcon,
    describedBy: describedBy(idArgument),
    execute: onId(id => Clipboard.copyToSystem(id))
  });
  commands.addCommand(CommandIDs.remove, {
    label: trans.__('Delete Job…'),
    icon: deleteIcon,
    describedBy: describedBy(idArgument),
    isEnabled: args => {
      const state = stateOf(args);
      return state !== undefined && isFinal({ state });
    },
    execute: onId(id => deleteJob(lab, id))
  });
}

/** Whether a job can be cancelled now. */
export function cancellable({ state }: { state?: JobState | undefined }): boolean {
  return state !== undefined && !isFinal({ state }) && state !== 'stopping';
}

function explainLabel(lab: IOgaiLab, job: Job | undefined): string {
  const { trans } = lab.words;
  switch (job?.state) {
    case 'queued':
      return trans.__('Why Does It Wait?');
    case 'failed':
      return trans.__('Why Did It Fail?');
    default:
      return trans.__('Explain');
  }
}

async function cancelJob(lab: IOgaiLab, id: string): Promise<void> {
  const { trans } = lab.words;
  const job = lab.jobs.find(id);
  const name = job?.name ?? id;
  const { button } = await showDialog({
    title: trans.__('Cancel this job?'),
    body:
      job?.state === 'queued'
        ? trans.__('“%1” leaves the queue. It can be submitted again.', name)
        : trans.__('“%1” is stopped. What it logged and saved so far is kept.', name),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Keep It') }),
      Dialog.warnButton({ label: trans.__('Cancel Job') })
    ],
    defaultButton: 0
  });
  if (button.accept) {
    await told(() => lab.scheduler.cancel(id));
  }
}

async function deleteJob(lab: IOgaiLab, id: string): Promise<void> {
  const { trans } = lab.words;
  const { button } = await showDialog({
    title: trans.__('Delete this job?'),
    body: trans.__(
      'The record, log and output of “%1” are removed for good.',
      lab.jobs.find(id)?.name ?? id
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Keep It') }),
      Dialog.warnButton({ label: trans.__('Delete Job') })
    ],
    defaultButton: 0
  });
  if (button.accept) {
    await told(() => lab.scheduler.delete(id));
  }
}

/** Do something, and say so when it was refused. */
async function told(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const problem = Problem.from(error);
    Notification.error([problem.message, problem.action].filter(Boolean).join(' '), {
      autoClose: 8000
    });
  }
}
