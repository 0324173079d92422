import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';

import { Problem } from '../api/problem';
import { TabCommands, type ITabs } from '../tabs/tabs';
import type { IOgaiLab } from '../tokens';

/** Where a notebook lies for the server: its folder, which travels, and its name in there. */
export function placeOf(path: string, root: string): { workdir: string; name: string } {
  const folder = PathExt.dirname(path);
  return {
    workdir: folder ? `${root.replace(/\/$/, '')}/${folder}` : root || '.',
    name: PathExt.basename(path)
  };
}

/** Save a notebook and run it as a job: through the launch form, or at once where there is none. */
export async function runAsJob(
  lab: IOgaiLab,
  commands: CommandRegistry,
  tabs: ITabs,
  panel: NotebookPanel
): Promise<void> {
  const { context } = panel;
  if (context.model.dirty) {
    await context.save();
  }
  const { workdir, name } = placeOf(context.localPath, PageConfig.getOption('serverRoot'));
  if (tabs.kinds.has('launch')) {
    await commands.execute(TabCommands.open, { kind: 'launch', path: name, workdir });
    return;
  }
  const { trans } = lab.words;
  const { button } = await showDialog({
    title: trans.__('Run “%1” as a job?', name),
    body: trans.__(
      'It is run as it is saved now, from its first cell to its last, with what lies in its folder. The executed copy is kept with the job.'
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Run as Job') })
    ]
  });
  if (!button.accept) {
    return;
  }
  try {
    const job = await lab.requests.call('post', '/ogai/scheduler/jobs', {
      body: {
        spec: { run: { kind: 'notebook', path: name, parameters: {} }, workdir },
        idempotency_key: crypto.randomUUID()
      } as never
    });
    await commands.execute(TabCommands.open, { kind: 'job', id: job.id });
  } catch (error) {
    const { message, action } = Problem.from(error);
    Notification.error([message, action].filter(Boolean).join(' '), { autoClose: 8000 });
  }
}
