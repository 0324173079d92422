import type { INews } from './news';

/** So many messages may come singly within the span; more become one. */
const FEW = 3;
/** The span, in milliseconds. */
const SPAN = 30_000;

/** What to show: messages one by one, or one message for many. */
export interface IDigest {
  single: readonly INews[];
  /** All that the one message tells of; it replaces the one before when `again`. */
  summary: readonly INews[];
  again: boolean;
}

/** Keeps many pieces of news from becoming many messages. */
export class Digest {
  /** Decide how news that came together at `now` (milliseconds) is shown. */
  take(news: readonly INews[], now: number): IDigest {
    this._shown = this._shown.filter(time => now - time < SPAN);
    if (now - this._summed >= SPAN) {
      this._summary = [];
    }
    if (this._summary.length === 0 && this._shown.length + news.length <= FEW) {
      this._shown.push(...news.map(() => now));
      return { single: news, summary: [], again: false };
    }
    const again = this._summary.length > 0;
    this._summary = [...this._summary, ...news];
    this._summed = now;
    return { single: [], summary: this._summary, again };
  }

  /** The reader has put the one message away: what comes next begins another. */
  dismissed(latest: readonly INews[]): void {
    this._summary = [...latest];
  }

  private _shown: number[] = [];
  private _summary: INews[] = [];
  private _summed = -Infinity;
}
