import { DisposableDelegate } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';

import { LogsApi, type ILogFilter, type ILogQuery } from '../../api/logs';
import { worldSize, type Job } from '../../api/types';
import { whileShown } from '../../shown';
import type { IOgaiLab } from '../../tokens';
import { Finder } from './finder';
import type { IChange } from './held-lines';
import { LineReader } from './lines';
import type { ILogView } from './log-bar';
import { LogEditor } from './log-editor';
import { LogHead } from './log-head';
import { LogRail } from './log-rail';
import { LogWindow } from './log-window';
import { EndButton } from './end-button';
import { copyLines, saveLog } from './taking';

/** How the last pane showed its lines; the next one begins so. */
let lastView: ILogView = { wrap: true, times: false };

/**
 * The log of one job: its end as it grows, or any other part; found in, filtered, taken along.
 *
 * While it is hidden it costs nothing; shown again, it goes on where it was.
 */
export class LogPane extends Widget {
  constructor(
    readonly lab: IOgaiLab,
    readonly jobId: string,
    options: LogPane.IOptions = {}
  ) {
    super();
    const { trans } = lab.words;
    this.addClass('jp-ogai');
    this.addClass('jp-ogai-LogPane');
    this.api = new LogsApi(lab.requests, jobId);
    this.window = new LogWindow(this.api, () => new LineReader(lab.words));
    this._job = options.job;

    const body = new Widget();
    body.addClass('jp-ogai-Log');
    const layout = (this.layout = new PanelLayout());
    layout.addWidget(new LogHead(this));
    layout.addWidget(body);

    this.finder = new Finder(this.api, this.window, {
      reveal: offset => void this.goTo(offset),
      sight: () => this.editor.inSight,
      redraw: () => this.editor.refresh()
    });
    this.editor = new LogEditor(body.node, () => this.window.lines, {
      ...this._gutters(),
      label: trans.__('Log of %1', this.job?.name ?? jobId),
      marks: this.finder
    });
    this.editor.setWrap(this._view.wrap);
    this._rail = new LogRail(document.createElement('div'), trans.__('Place in the log'));
    body.node.append(this._rail.node);
    layout.addWidget(new EndButton(this));

    this.window.changed.connect(this._onLines, this);
    this.window.stateChanged.connect(this._onState, this);
    this.finder.changed.connect(this._onState, this);
    this.editor.endReached.connect(this._onEnd, this);
    this.editor.edgeReached.connect(this._onEdge, this);
    this.editor.scrolled.connect(this._onScrolled, this);
    this._rail.moved.connect(this._onRail, this);
    lab.jobs.changed.connect(this._onJobs, this);
    this.node.addEventListener('keydown', this._onKey);
    whileShown(this, () => {
      this.window.resume();
      return new DisposableDelegate(() => {
        this.window.pause();
        this.finder.pause();
      });
    });
  }

  readonly api: LogsApi;
  readonly window: LogWindow;
  readonly finder: Finder;
  readonly editor: LogEditor;
  /** Something that is shown around the lines has changed. */
  readonly changed = new Signal<this, void>(this);

  /** The job as last heard of. */
  get job(): Job | undefined {
    this._job = this.lab.jobs.find(this.jobId) ?? this._job;
    return this._job;
  }

  get ranks(): number {
    return this.job ? worldSize(this.job) : 1;
  }

  get view(): ILogView {
    return this._view;
  }

  set view(value: ILogView) {
    const before = this._view;
    lastView = this._view = value;
    if (value.wrap !== before.wrap) {
      this.editor.setWrap(value.wrap);
    }
    if (value.times !== before.times) {
      this.editor.setGutters(this._gutters());
    }
    this._stayAtEnd();
    this.changed.emit();
  }

  /** A word on what was asked for last. */
  get notice(): string {
    return this._notice;
  }

  /** Want other lines; what is read, selected and found stays as far as it is among them. */
  async setFilter(filter: ILogFilter): Promise<void> {
    const { selection, inSight } = this.editor;
    // A few lines that all fit in are at the end too: what one looks at there counts more.
    const looked = [selection?.anchor.offset, this.finder.meant].find(
      offset => offset !== undefined && inSight && offset >= inSight.from && offset <= inSight.to
    );
    const place = looked ?? (this.window.following ? undefined : inSight?.from);
    this._say('');
    this.finder.setFilter(filter);
    await this.window.show(filter, place);
    if (place !== undefined && !this.isDisposed) {
      this.editor.selection = selection;
      this.editor.reveal(place);
    }
  }

  /** Bring the line at or after a place in the log into sight. */
  async goTo(offset: number, y: 'start' | 'center' = 'center'): Promise<void> {
    this.window.following = false;
    await this.window.jump(offset);
    if (!this.isDisposed) {
      this.editor.reveal(offset, y);
      this.editor.refresh();
    }
  }

  /** Go to the end and stay there as it grows. */
  toEnd(): void {
    if (this.window.atEnd) {
      this.window.following = true;
      this.editor.scrollToEnd();
    } else {
      this.window.toEnd();
    }
  }

  async toFirstError(): Promise<void> {
    const { trans } = this.lab.words;
    const place = await this.finder.firstError();
    this._say(place === undefined ? trans.__('No line says that it is an error.') : '');
    if (place !== undefined) {
      await this.goTo(place);
    }
  }

  copy(): void {
    this._say(copyLines(this.editor.text, this.lab.words));
  }

  async download(): Promise<void> {
    const name = this.job?.name ?? '';
    const how = { times: this._view.times, ranks: this.ranks > 1 };
    await saveLog(this.api, name, this.jobId, how, this.lab.words, text => this._say(text));
  }

  find(): void {
    this.finder.open();
  }

  search(query: ILogQuery): void {
    this.finder.start(query);
  }

  closeFind(): void {
    this.finder.close();
    this.editor.focus();
  }

  retry(): void {
    this.lab.jobs.retry();
    this.window.retry();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.window.dispose();
    this.finder.dispose();
    this.editor.dispose();
    this._rail.dispose();
    this.lab.jobs.changed.disconnect(this._onJobs, this);
    this.node.removeEventListener('keydown', this._onKey);
    super.dispose();
    Signal.clearData(this);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.editor.focus();
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    this._stayAtEnd();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._stayAtEnd();
  }

  private _stayAtEnd(): void {
    this.editor.fit();
    if (this.window.following) {
      this.editor.scrollToEnd();
    }
  }

  private _onLines(_: LogWindow, change: IChange): void {
    this.editor.apply(change, this.window.following);
    if (change.end.length > 0) {
      this.finder.linesCame();
    }
  }

  private _onState(): void {
    this._drawRail();
    this.changed.emit();
  }

  private _onEnd(_: LogEditor, atEnd: boolean): void {
    if (!atEnd || this.window.atEnd) {
      this.window.following = atEnd;
    } // else it is only the end of what is held, or of nothing so far
  }

  private _onEdge(_: LogEditor, edge: 'start' | 'end'): void {
    void (edge === 'start' ? this.window.earlier() : this.window.later());
  }

  private _onScrolled(): void {
    this.finder.scrolled();
    this._drawRail();
  }

  private _onRail(_: LogRail, share: number): void {
    if (share >= 1) {
      this.toEnd();
    } else {
      void this.finder.lineAround(share * this.window.size).then(place => {
        return place === undefined ? undefined : this.goTo(place, 'start');
      });
    }
  }

  private _drawRail(): void {
    const { finder } = this;
    const spread = finder.query ? finder.search.spread.bind(finder.search) : undefined;
    this._rail.show({ size: this.window.size, sight: this.editor.inSight, spread });
  }

  private _onJobs(): void {
    if (this.window.connection === 'lost' && this.lab.jobs.connection === 'live') {
      this.window.retry(); // the server is back: no need to wait for the next try
    }
    const { ranks } = this;
    if (ranks !== this._shownRanks) {
      this.editor.setGutters(this._gutters());
    }
    this.changed.emit();
  }

  private _gutters(): LogPane.Gutters {
    const { trans } = this.lab.words;
    this._shownRanks = this.ranks;
    return {
      ranks: this._shownRanks > 1,
      time: this._view.times ? line => clock(line.time) : undefined,
      levels: {
        error: trans.__('Error'),
        warning: trans.__('Warning'),
        info: trans.__('Information'),
        debug: trans.__('Debug'),
        other: ''
      }
    };
  }

  private _say(text: string): void {
    this._notice = text;
    if (!this.isDisposed) {
      this.changed.emit();
    }
  }

  private readonly _onKey = (event: KeyboardEvent): void => {
    const ours = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (ours && event.key.toLowerCase() === 'f') {
      event.preventDefault();
      event.stopPropagation();
      this.find();
    } else if (event.key === 'Escape' && this.finder.isOpen) {
      event.stopPropagation();
      this.closeFind();
    }
  };

  private readonly _rail: LogRail;
  private _job: Job | undefined;
  private _view: ILogView = lastView;
  private _shownRanks = 1;
  private _notice = '';
}

export namespace LogPane {
  export interface IOptions {
    /** The job, where it is known already. */
    job?: Job;
  }

  export type Gutters = Pick<LogEditor.IOptions, 'ranks' | 'time' | 'levels'>;
}

/** The time of day, to the millisecond. */
function clock(time: number): string {
  const moment = new Date(time * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(':');
  return `${day}.${String(moment.getMilliseconds()).padStart(3, '0')}`;
}
