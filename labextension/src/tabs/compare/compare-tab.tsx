import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { DisposableDelegate, DisposableSet, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import * as React from 'react';

import { ComparisonsApi } from '../../api/comparisons';
import type { ActivityEvent } from '../../api/types';
import { Face, StaleBar } from '../../face';
import { whileShown } from '../../shown';
import type { IOgaiLab } from '../../tokens';
import type { ITab } from '../tabs';
import type { ISight } from './asked';
import { FEWEST, formatItem, readItems, shortName, type Item, type JobNames } from './items';
import { ItemsBar } from './items-bar';
import { JobsView } from './jobs-view';
import { ModelsView } from './models-view';

/** What every part of the tab needs. */
export interface IBench extends ISight {
  readonly lab: IOgaiLab;
  readonly api: ComparisonsApi;
  readonly commands: CommandRegistry;
  /** What the jobs among the items are called, as far as that is known. */
  readonly names: JobNames;
  /** Ask anew when one of these jobs changes: the evaluations that are not done. */
  follow(jobs: readonly string[]): void;
}

/** Two to six versions or jobs side by side; the first is what the others are measured against. */
export class CompareTab extends ReactWidget implements IBench {
  constructor(
    readonly lab: IOgaiLab,
    readonly commands: CommandRegistry,
    private readonly _tab: ITab,
    args: ReadonlyJSONObject
  ) {
    super();
    this.addClass('jp-ogai-Compare');
    this.api = new ComparisonsApi(lab.requests);
    this._items = readItems(args);
    this._name();
    void this._learn();
    whileShown(this, () => this._look());
  }

  readonly api: ComparisonsApi;
  shown = false;
  round = 0;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What is compared, the baseline first. */
  get items(): readonly Item[] {
    return this._items;
  }

  set items(items: readonly Item[]) {
    this._items = items;
    this._tab.args = { kind: 'compare', id: items.map(formatItem).join(',') };
    this._name();
    this._changed.emit();
    void this._learn();
  }

  get names(): JobNames {
    return this._names;
  }

  follow(jobs: readonly string[]): void {
    this._followed = new Set(jobs);
  }

  override dispose(): void {
    this._asking.abort();
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    return <UseSignal signal={this._changed}>{() => this._view()}</UseSignal>;
  }

  private _view(): React.JSX.Element {
    const { words, live } = this.lab;
    const { trans } = words;
    const versions = this._items.flatMap(one => (one.kind === 'model' ? [one] : []));
    const jobs = this._items.flatMap(one => (one.kind === 'job' ? [one.id] : []));
    const enough = versions.length >= FEWEST || jobs.length >= FEWEST;
    return (
      <div className="jp-ogai-Compare-all">
        {live.connection === 'lost' && (
          <StaleBar heard={live.heard} words={words} retry={() => live.retry()} />
        )}
        <ItemsBar
          bench={this}
          items={this._items}
          set={items => {
            this.items = items;
          }}
        />
        {!enough && (
          <Face
            title={trans.__('Choose two to six versions of models, or jobs')}
            text={trans.__('The first of a kind is the baseline of the others of its kind.')}
          />
        )}
        {versions.length >= FEWEST && <ModelsView bench={this} versions={versions} />}
        {jobs.length >= FEWEST && <JobsView bench={this} ids={jobs} />}
      </div>
    );
  }

  private _look(): IDisposable {
    this.shown = true;
    this._changed.emit();
    const { live } = this.lab;
    live.event.connect(this._onEvent, this);
    live.changed.connect(this._onLive, this);
    return DisposableSet.from([
      live.look(),
      new DisposableDelegate(() => {
        live.event.disconnect(this._onEvent, this);
        live.changed.disconnect(this._onLive, this);
        this.shown = false;
        this._changed.emit();
      })
    ]);
  }

  private _onLive(): void {
    const { connection } = this.lab.live;
    if (connection !== this._connection) {
      this._connection = connection;
      if (connection === 'live') {
        this.round += 1;
        void this._learn();
      }
      this._changed.emit();
    }
  }

  private _onEvent(_: unknown, event: ActivityEvent): void {
    const { model, job } = event.data as { model?: string; job?: string };
    if (
      this._items.some(one => (one.kind === 'model' ? one.name === model : one.id === job)) ||
      (job !== undefined && this._followed.has(job))
    ) {
      this.round += 1;
      this._changed.emit();
    }
  }

  /** Ask for the names of jobs that are not known; a job that is not there is told of below. */
  private async _learn(): Promise<void> {
    const { signal } = this._asking;
    const ids = this._items
      .flatMap(one => (one.kind === 'job' ? [one.id] : []))
      .filter(id => !this._names.has(id));
    await Promise.allSettled(
      ids.map(async id => this._names.set(id, (await this.lab.scheduler.job(id, signal)).name))
    );
    if (ids.length > 0 && !this.isDisposed) {
      this._name();
      this._changed.emit();
    }
  }

  private _name(): void {
    const { trans } = this.lab.words;
    const names = this._items.map(item => shortName(item, this._items, this._names));
    this.title.label = names.length ? names.join(' ↔ ') : trans.__('Compare');
    this.title.caption = this._items.map(formatItem).join('\n');
  }

  private _items: readonly Item[];
  private readonly _names = new Map<string, string>();
  private readonly _asking = new AbortController();
  private _followed: ReadonlySet<string> = new Set();
  private _connection = '';
  private readonly _changed = new Signal<this, void>(this);
}
