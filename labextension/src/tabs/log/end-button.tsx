import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { LogPane } from './log-pane';

/** Over the last lines, while the end is not followed: how much is new there, and the way to it. */
export class EndButton extends ReactWidget {
  constructor(private readonly _pane: LogPane) {
    super();
    this.addClass('jp-ogai-LogPane-end');
    _pane.changed.connect(() => this.update());
  }

  protected override render(): React.JSX.Element | null {
    const { lab, window } = this._pane;
    const { trans } = lab.words;
    if (window.following || !window.ready) {
      return null;
    }
    const { unseen } = window;
    return (
      <button className="jp-ogai-Button" onClick={() => this._pane.toEnd()}>
        {unseen > 0
          ? `↓ ${trans._n('%1 new line', '%1 new lines', unseen)}`
          : `↓ ${window.ended ? trans.__('To the End') : trans.__('Follow the End')}`}
      </button>
    );
  }
}
