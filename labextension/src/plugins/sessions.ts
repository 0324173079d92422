import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';

import { IdleTimer } from '../notebook/idle-timer';
import { SessionWarnings } from '../notify/session-warnings';
import { IOgaiLab } from '../tokens';

/** The timer of a session in the toolbar of its notebook, and the warning before its end. */
export const sessionsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:sessions',
  description: 'Shows when a session that does nothing ends, and extends it.',
  autoStart: true,
  requires: [IOgaiLab],
  optional: [IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    lab: IOgaiLab,
    toolbars: IToolbarWidgetRegistry | null
  ): void => {
    toolbars?.addFactory<NotebookPanel>(
      'Notebook',
      'ogai-session-timer',
      panel => new IdleTimer(panel.sessionContext, lab)
    );
    void app.restored.then(() => new SessionWarnings(lab));
  }
};
