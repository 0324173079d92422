import { Notification } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';

import { plain } from '../ansi';
import type { ActivityEvent } from '../api/types';
import { CommandIDs } from '../commands';
import { sleep } from '../store/persist';
import type { ILive } from '../store/stream';
import { TabCommands } from '../tabs/tabs';
import type { IOgaiLab } from '../tokens';
import { Digest } from './digest';
import { JobNews, type INews, type IWishes } from './news';

/** News that comes within so many milliseconds is shown together. */
const GATHER = 700;
/** How long a message stands in the corner; it stays in the notification centre. */
const SHOWN = 8_000;
const TYPES = {
  started: 'info',
  succeeded: 'success',
  failed: 'error',
  cancelled: 'warning'
} as const;

/** Tells the reader what happens to their jobs, as long as it lives. */
export class Notifier implements IDisposable {
  constructor(
    private readonly _lab: IOgaiLab,
    private readonly _commands: CommandRegistry,
    public wishes: IWishes
  ) {
    this._news = new JobNews(() => _lab.live.user);
    _lab.live.event.connect(this._onEvent, this);
    _lab.live.opened.connect(this._onOpened, this);
    this._look = _lab.live.look();
  }

  get isDisposed(): boolean {
    return this._ending.signal.aborted;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._ending.abort();
    this._lab.live.event.disconnect(this._onEvent, this);
    this._lab.live.opened.disconnect(this._onOpened, this);
    this._look.dispose();
  }

  private _onEvent(_: ILive, event: ActivityEvent): void {
    this._add(this._news.take(event, this.wishes));
  }

  /** After a gap in the stream: ask what became of the jobs that were under way. */
  private _onOpened(): void {
    const open = this._news.open;
    const { signal } = this._ending;
    if (open.size === 0) {
      return;
    }
    this._lab.scheduler
      .jobs({ limit: 200 }, signal)
      .then(({ items }) => {
        for (const job of items.filter(({ id }) => open.has(id))) {
          const change = { ...job, job: job.id, deleted: false };
          this._add(this._news.learn(change, Date.now() / 1000, this.wishes));
        }
      })
      .catch(() => undefined); // the stream tells of a server that is gone
  }

  private _add(news: INews | undefined): void {
    const { signal } = this._ending;
    if (news && this._waiting.push(news) === 1) {
      void sleep(GATHER, signal).then(() => {
        if (!signal.aborted) {
          this._show(this._waiting.splice(0));
        }
      });
    }
  }

  private _show(news: INews[]): void {
    const { single, summary, again } = this._digest.take(news, Date.now());
    for (const item of single) {
      Notification.emit(this._text(item), TYPES[item.occasion], {
        autoClose: SHOWN,
        actions: this._actions(item)
      });
    }
    if (summary.length === 0) {
      return;
    }
    const options = { autoClose: SHOWN, actions: this._showAll() };
    const updated =
      again &&
      Notification.update({
        id: this._summary,
        message: this._sum(summary),
        type: typeOf(summary),
        ...options
      });
    if (!updated) {
      this._digest.dismissed(news);
      this._summary = Notification.emit(this._sum(news), typeOf(news), options);
    }
  }

  private _text({ name, occasion, reason }: INews): string {
    const { trans } = this._lab.words;
    switch (occasion) {
      case 'started':
        return trans.__('“%1” has started.', name);
      case 'succeeded':
        return trans.__('“%1” is done.', name);
      case 'cancelled':
        return trans.__('“%1” was cancelled.', name);
      case 'failed':
        return trans.__('“%1” failed. %2', name, plain(reason));
    }
  }

  private _sum(news: readonly INews[]): string {
    const { trans } = this._lab.words;
    const count = (occasion: INews['occasion']) =>
      news.filter(item => item.occasion === occasion).length;
    const parts = [
      [count('failed'), trans.__('failed: %1', count('failed'))],
      [count('succeeded'), trans.__('done: %1', count('succeeded'))],
      [count('cancelled'), trans.__('cancelled: %1', count('cancelled'))],
      [count('started'), trans.__('started: %1', count('started'))]
    ] as const;
    return trans.__(
      'Your jobs: %1.',
      parts.flatMap(([number, text]) => (number > 0 ? text : [])).join(', ')
    );
  }

  private _actions({ id, occasion }: INews): Notification.IAction[] {
    const { trans } = this._lab.words;
    const run = (command: string, args: { id: string; kind?: string }) => ({
      callback: () => void this._commands.execute(command, args)
    });
    const log = { label: trans.__('Open Log'), ...run(CommandIDs.openLog, { id }) };
    const job = { label: trans.__('Open Job'), ...run(TabCommands.open, { kind: 'job', id }) };
    const explain = { label: trans.__('Explain'), ...run(CommandIDs.explain, { id }) };
    return occasion === 'failed'
      ? [{ ...explain, displayType: 'accent' }, log]
      : [{ ...job, displayType: 'accent' }, log];
  }

  private _showAll(): Notification.IAction[] {
    return [
      {
        label: this._lab.words.trans.__('Show Jobs'),
        callback: () => void this._commands.execute(CommandIDs.showJobs)
      }
    ];
  }

  private readonly _news: JobNews;
  private readonly _digest = new Digest();
  private readonly _ending = new AbortController();
  private readonly _look: IDisposable;
  private readonly _waiting: INews[] = [];
  private _summary = '';
}

function typeOf(news: readonly INews[]): 'error' | 'info' {
  return news.some(({ occasion }) => occasion === 'failed') ? 'error' : 'info';
}
