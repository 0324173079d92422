import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Signal, type ISignal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import * as React from 'react';

import { Problem } from '../api/problem';
import { Face, ProblemFace } from '../face';
import type { IOgaiLab } from '../tokens';
import type { ITabArgs } from './link';
import type { ITab, ITabKind } from './tabs';

/** What stands in a tab: a face until the content has come, or when it does not come. */
export class TabContent extends Widget implements ITab {
  constructor(
    private readonly _lab: IOgaiLab,
    private _args: ITabArgs,
    private readonly _kindOf: (kind: string) => ITabKind | undefined
  ) {
    super();
    this.addClass('jp-ogai');
    this.addClass('jp-ogai-Tab');
    this._stack = this.layout = new PanelLayout();
    void this.load();
  }

  /** The arguments have changed. */
  get moved(): ISignal<this, void> {
    return this._moved;
  }

  get args(): ITabArgs {
    return this._args;
  }

  set args(value: ITabArgs) {
    this._args = value;
    this._moved.emit();
  }

  /** Whether the content is there or under way. */
  get isSettled(): boolean {
    return this._content !== undefined || this._loading;
  }

  /** Make the content; show why when that fails. */
  async load(): Promise<void> {
    const { trans } = this._lab.words;
    const kind = this._kindOf(this._args.kind);
    this.title.label ||= kind?.label ?? this._args.kind;
    if (kind) {
      this.title.icon = kind.icon;
    }
    this._show(<Face title={trans.__('Loading…')} />);
    this._loading = true;
    try {
      const content = await this._open(kind);
      if (this.isDisposed) {
        content.dispose();
      } else {
        this._fill(content);
      }
    } catch (error) {
      this._fail(error);
    } finally {
      this._loading = false;
    }
  }

  /** The tab was asked for again. */
  again(args: ITabArgs): void {
    if (this._content) {
      this._kindOf(args.kind)?.again?.(this._content, args);
    } else {
      this._args = args;
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (this._content) {
      this._content.activate();
    } else {
      this.node.focus();
    }
  }

  private async _open(kind: ITabKind | undefined): Promise<Widget> {
    const { trans } = this._lab.words;
    if (!kind) {
      throw new Problem({
        code: 'tab_unknown',
        detail: trans.__('No tab is called “%1”', this._args.kind),
        action: trans.__('The link may be for another version of OGAI Lab.')
      });
    }
    return kind.open(this._lab, this._args, this);
  }

  private _fill(content: Widget): void {
    this._clear();
    this._content = content;
    content.addClass('jp-ogai-Tab-content');
    content.title.changed.connect(this._onTitle, this);
    content.disposed.connect(this.dispose, this);
    this._stack.addWidget(content);
    this._onTitle();
    if (this._activated()) {
      content.activate();
    }
  }

  private _activated(): boolean {
    return this.node.contains(document.activeElement);
  }

  private _fail(error: unknown): void {
    if (this.isDisposed) {
      return;
    }
    const { words } = this._lab;
    const retry = () => void this.load();
    this._show(
      error instanceof Problem ? (
        <ProblemFace problem={error} words={words} retry={retry} />
      ) : (
        <Face
          title={words.trans.__('This tab could not be loaded')}
          text={words.trans.__(
            'The server may be away, or was updated since this page was loaded: then load the page again. (%1)',
            error instanceof Error ? error.message : String(error)
          )}
          action={{ label: words.trans.__('Try Again'), run: retry }}
        />
      )
    );
  }

  private _show(face: React.JSX.Element): void {
    this._clear();
    this._stack.addWidget(ReactWidget.create(<div role="status">{face}</div>));
  }

  private _clear(): void {
    for (const widget of [...this._stack.widgets]) {
      widget.dispose();
    }
  }

  private _onTitle(): void {
    const title = this._content?.title;
    if (title) {
      this.title.label = title.label || this.title.label;
      this.title.caption = title.caption;
      this.title.icon = title.icon ?? this.title.icon;
      this.title.className = title.className;
    }
  }

  private readonly _stack: PanelLayout;
  private readonly _moved = new Signal<this, void>(this);
  private _content: Widget | undefined;
  private _loading = false;
}
