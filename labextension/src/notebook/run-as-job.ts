import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';
import { UUID } from '@lumino/coreutils';

import { LaunchApi } from '../api/launch';
import { Problem } from '../api/problem';
import { TabCommands, type ITabs } from '../tabs/tabs';
import type { IOgaiLab } from '../tokens';

/** Where a notebook lies for the server: its folder, which travels, and its name in there. */
function placeOf(path: string, root: string): { workdir: string; name: string } {
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
  if (tabs.kinds.has('launch')) {
    await commands.execute(TabCommands.open, { kind: 'launch', path: context.path });
    return;
  }
  const { workdir, name } = placeOf(context.localPath, PageConfig.getOption('serverRoot'));
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
    const spec = { run: { kind: 'notebook', path: name }, workdir };
    const job = await new LaunchApi(lab.requests).submit(spec, UUID.uuid4());
    await commands.execute(TabCommands.open, { kind: 'job', id: job.id });
  } catch (error) {
    const { message, action } = Problem.from(error);
    Notification.error([message, action].filter(Boolean).join(' '), { autoClose: 8000 });
  }
}
