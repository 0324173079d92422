import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { UUID, type ReadonlyJSONObject } from '@lumino/coreutils';
import { DisposableDelegate, DisposableSet } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';
import * as React from 'react';

import type { ActivityEvent, JobState } from '../../api/types';
import { stateIcons } from '../../icons';
import { whileShown } from '../../shown';
import type { ILive } from '../../store/stream';
import type { IOgaiLab } from '../../tokens';
import { LogPane } from '../log/log-pane';
import type { ITab, ITabs } from '../tabs';
import { JobBody } from './job-body';
import { JobHead } from './job-head';
import { JobModel } from './job-model';
import { paneOf } from './panes';
import { panelId, tabId } from './strip';

/** The tab of one job: where it is, and all that can be known about it, pane by pane. */
export class JobTab extends Widget {
  constructor(private readonly _options: JobTab.IOptions) {
    super();
    const { lab, id, args, tab } = _options;
    this.addClass('jp-ogai');
    this.addClass('jp-ogai-JobTab');
    this.title.closable = true;
    this._name = typeof args.name === 'string' ? args.name : id;
    this.model = new JobModel(lab, id, paneOf(args.pane));
    this._prefix = `jp-ogai-${UUID.uuid4()}`;
    const layout = (this.layout = new PanelLayout());
    this._head = new View(() => <JobHead view={this._view} />);
    this._head.addClass('jp-ogai-JobTab-head');
    this._body = new View(() => <JobBody view={this._view} />);
    this._body.addClass('jp-ogai-JobTab-body');
    this._body.id = panelId(this._prefix);
    this._body.node.setAttribute('role', 'tabpanel');
    layout.addWidget(this._head);
    layout.addWidget(this._body);

    this.model.changed.connect(this._onChanged, this);
    this.model.turned.connect((_, pane) => {
      tab.args = { ...tab.args, pane };
    });
    whileShown(this, () =>
      DisposableSet.from([this.model.look(), new DisposableDelegate(() => this._render())])
    );
    lab.live.event.connect(this._onEvent, this);
    this._onChanged();
  }

  readonly model: JobModel;

  /** The tab was asked for again, perhaps at another pane. */
  again(args: ReadonlyJSONObject): void {
    const pane = paneOf(args.pane);
    if (pane) {
      this.model.pane = pane;
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._options.lab.live.event.disconnect(this._onEvent, this);
      this.model.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (this.model.pane === 'logs' && this._log) {
      this._log.activate();
    } else {
      this.node.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
    }
  }

  private get _view(): IJobView {
    const { commands, languages, tabs } = this._options;
    const canLaunch = tabs.kinds.has('launch');
    return { model: this.model, commands, languages, prefix: this._prefix, canLaunch };
  }

  private _onChanged(): void {
    const { job, pane } = this.model;
    if (job) {
      this._entitle(job.name, job.state);
    } else {
      this.title.label = this._name;
    }
    this._body.node.setAttribute('aria-labelledby', tabId(this._prefix, pane));
    this._showLog(job !== undefined && pane === 'logs');
    this._render();
  }

  /** A tab behind others asks nothing, but what the stream tells of its job it shows. */
  private _onEvent(_: ILive, event: ActivityEvent): void {
    const { job, name, state } = event.data;
    if (job === this.model.id && typeof name === 'string' && String(state) in stateIcons) {
      this._entitle(name, state as JobState);
    }
  }

  private _entitle(name: string, state: JobState): void {
    const { tab, lab } = this._options;
    this.title.label = name;
    this.title.icon = stateIcons[state];
    this.title.caption = `${name} · ${lab.words.state(state)} · ${this.model.id}`;
    if (name !== tab.args.name) {
      tab.args = { ...tab.args, name }; // after a reload the tab is called so at once
    }
  }

  private _render(): void {
    this._head.update();
    this._body.update();
  }

  private _showLog(wanted: boolean): void {
    const { lab, id, job } = this.model;
    if (wanted && !this._log) {
      this._log = new LogPane(lab, id, job ? { job } : {});
      this._log.node.setAttribute('role', 'tabpanel');
      this._log.node.setAttribute('aria-labelledby', tabId(this._prefix, 'logs'));
      (this.layout as PanelLayout).addWidget(this._log);
    }
    this._log?.setHidden(!wanted);
    this._body.setHidden(wanted);
  }

  private readonly _head: View;
  private readonly _body: View;
  private readonly _prefix: string;
  private readonly _name: string;
  private _log: LogPane | undefined;
}

export namespace JobTab {
  export interface IOptions {
    lab: IOgaiLab;
    id: string;
    args: ReadonlyJSONObject;
    commands: CommandRegistry;
    languages: IEditorLanguageRegistry | null;
    tab: ITab;
    tabs: ITabs;
  }
}

/** What the parts of the tab are drawn from. */
export interface IJobView {
  readonly model: JobModel;
  readonly commands: CommandRegistry;
  readonly languages: IEditorLanguageRegistry | null;
  /** What the ids of this tab's elements begin with. */
  readonly prefix: string;
  /** Whether there is a tab to launch jobs from. */
  readonly canLaunch: boolean;
}

class View extends ReactWidget {
  constructor(private readonly _draw: () => React.JSX.Element) {
    super();
  }

  protected override render(): React.JSX.Element {
    return this._draw();
  }
}
