import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { IOgaiLab } from '../tokens';
import { addressOf, formatLink, type ITabArgs } from './link';
import { TabContent } from './tab-content';
import type { ITabKind, ITabs } from './tabs';

/** Among the arguments that are kept over a reload: what the layout calls the tab. */
const NAME = 'ogai-name';

/** Keeps the tabs that are open: one for each kind and id. */
export class TabShell implements ITabs {
  constructor(private readonly _options: TabShell.IOptions) {}

  /** The open tabs, for whoever restores them. */
  readonly tracker = new WidgetTracker<MainAreaWidget<TabContent>>({ namespace: 'ogai' });

  get kinds(): ReadonlyMap<string, ITabKind> {
    return this._kinds;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  register(kind: ITabKind): IDisposable {
    this._kinds.set(kind.kind, kind);
    this.tracker.forEach(({ content }) => {
      if (content.args.kind === kind.kind && !content.isSettled) {
        void content.load();
      }
    });
    this._changed.emit();
    return new DisposableDelegate(() => {
      this._kinds.delete(kind.kind);
      this._changed.emit();
    });
  }

  open(args: ITabArgs): MainAreaWidget<TabContent> {
    const { shell } = this._options;
    const key = formatLink(args);
    const found = this.tracker.find(({ content }) => formatLink(content.args) === key);
    found?.content.again(args);
    const { [NAME]: name, ...meant } = args;
    const tab = found ?? this._add(meant, typeof name === 'string' ? name : key);
    shell.activateById(tab.id);
    return tab;
  }

  /** What the layout calls a tab: the same for as long as it lives, whatever it comes to show. */
  name(tab: MainAreaWidget<TabContent>): string {
    return this._names.get(tab) ?? tab.id;
  }

  /** What a tab is opened again with after a reload. */
  restored(tab: MainAreaWidget<TabContent>): ITabArgs {
    return { ...tab.content.args, [NAME]: this.name(tab) };
  }

  link(args: ITabArgs): string {
    return addressOf(this._options.page, args);
  }

  /** The tab that a node of the page belongs to: its content, or the handle above it. */
  at(node: HTMLElement): ITabArgs | undefined {
    const id = node.dataset.ogaiTab ?? node.closest<HTMLElement>('.jp-ogai-MainTab')?.id;
    return this.tracker.find(tab => tab.id === id)?.content.args;
  }

  private _add(args: ITabArgs, wanted: string): MainAreaWidget<TabContent> {
    const { lab, shell, area } = this._options;
    const content = new TabContent(lab, args, kind => this._kinds.get(kind));
    const tab = new MainAreaWidget({ content });
    tab.id = `ogai-tab-${++this._count}`;
    const taken = this.tracker.find(other => this.name(other) === wanted) !== undefined;
    this._names.set(tab, taken ? `${wanted} ${Date.now()}` : wanted);
    tab.addClass('jp-ogai-MainTab');
    tab.toolbar.hide();
    tab.title.dataset = { ...tab.title.dataset, 'ogai-tab': tab.id };
    content.moved.connect(() => void this.tracker.save(tab));
    shell.add(tab, area);
    void this.tracker.add(tab);
    return tab;
  }

  private readonly _names = new WeakMap<Widget, string>();
  private readonly _kinds = new Map<string, ITabKind>();
  private readonly _changed = new Signal<this, void>(this);
  private _count = 0;
}

export namespace TabShell {
  export interface IOptions {
    lab: IOgaiLab;
    shell: JupyterFrontEnd.IShell;
    /** Where tabs go. */
    area: 'main' | 'down';
    /** The address of the page, without any tab. */
    page: string;
  }
}
