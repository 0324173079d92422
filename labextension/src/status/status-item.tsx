import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ogaiIcon } from '../icons';
import { whileShown } from '../shown';
import type { IResource } from '../store/resource';
import type { Words } from '../words';
import type { IGlance } from './glance';

/** Running jobs and what is free, in the status bar; a click shows the sidebar. */
export class StatusItem extends ReactWidget {
  constructor(
    private readonly _glance: IResource<IGlance>,
    private readonly _words: Words,
    private readonly _show: () => void
  ) {
    super();
    this.addClass('jp-ogai-Status');
    this._glance.changed.connect(this._onChanged, this);
    whileShown(this, () => this._glance.look());
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._glance.changed.disconnect(this._onChanged, this);
      super.dispose();
    }
  }

  protected override render(): React.JSX.Element {
    const { short, long, lost } = this._texts();
    return (
      <button
        className="jp-ogai-Status-button"
        data-lost={lost || undefined}
        aria-label={long}
        title={long}
        onClick={this._show}
      >
        <ogaiIcon.react tag="span" aria-hidden="true" />
        <span>{short}</span>
      </button>
    );
  }

  private _onChanged(): void {
    const { short, long } = this._texts();
    if (short + long !== this._drawn) {
      this._drawn = short + long;
      this.update();
    }
  }

  private _texts(): { short: string; long: string; lost: boolean } {
    const { trans } = this._words;
    const { value, connection, problem } = this._glance;
    const name = trans.__('OGAI Lab');
    if (connection === 'lost') {
      const why = this._why(problem?.code);
      return { short: why, long: `${name}: ${why}`, lost: true };
    }
    if (!value) {
      return { short: '…', long: trans.__('OGAI Lab: connecting'), lost: false };
    }
    const { running, waiting, gpus, free, all } = value;
    const jobs = trans.__('%1 running', this._words.number(running));
    const room = gpus
      ? trans.__('%1 of %2 GPUs free', free, all)
      : trans.__('%1 of %2 cores free', free, all);
    const queue = waiting > 0 ? trans._n('%1 waits', '%1 wait', waiting) : '';
    return {
      short: `${jobs} · ${room}`,
      long: `${name}: ${[jobs, queue, room].filter(Boolean).join(', ')}`,
      lost: false
    };
  }

  private _why(code: string | undefined): string {
    const { trans } = this._words;
    switch (code) {
      case 'server_missing':
        return trans.__('Not on this server');
      case 'server_old':
        return trans.__('Server of another version');
      case 'forbidden':
      case 'unauthenticated':
        return trans.__('Not permitted');
      default:
        return trans.__('Not connected');
    }
  }

  private _drawn = '';
}
