import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { plain } from './ansi';
import { worldSize, type Job, type JobState, type LogRecord, type Node } from './api/types';

/** The domain of our translations. */
export const DOMAIN = 'ogai_lab';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Says what jobs are and what happens to them, in the reader's language. */
export class Words {
  constructor(translator: ITranslator) {
    this.trans = translator.load(DOMAIN);
    const locale = (translator.languageCode || 'en').replace('_', '-');
    this._locale = Intl.getCanonicalLocales(/^[a-z]{2,3}(-|$)/i.test(locale) ? locale : 'en');
    this._ago = new Intl.RelativeTimeFormat(this._locale, { numeric: 'always', style: 'short' });
  }

  readonly trans: TranslationBundle;

  /** The language of numbers and moments. */
  get locale(): string {
    return this._locale[0] ?? 'en';
  }

  /** The word for a state. */
  state(state: JobState): string {
    const { trans } = this;
    const words: Record<JobState, string> = {
      queued: trans.__('Queued'),
      starting: trans.__('Starting'),
      running: trans.__('Running'),
      stopping: trans.__('Stopping'),
      succeeded: trans.__('Succeeded'),
      failed: trans.__('Failed'),
      cancelled: trans.__('Cancelled')
    };
    return words[state];
  }

  /** The word for a node's state. */
  nodeState(state: Node['state']): string {
    const { trans } = this;
    const words: Record<Node['state'], string> = {
      ready: trans.__('Ready'),
      busy: trans.__('Busy'),
      draining: trans.__('Draining'),
      unreachable: trans.__('Unreachable')
    };
    return words[state];
  }

  /** One short line on where a job is, behind the word for its state. */
  detail(job: Job): string {
    const { trans } = this;
    switch (job.state) {
      case 'queued':
        return job.queue_position ? trans.__('No. %1 in line', job.queue_position) : job.reason;
      case 'running':
        return this.progress(job) || this._runningFor(job);
      case 'failed':
        return plain(job.exit?.message ?? job.reason);
      case 'succeeded':
      case 'cancelled':
        return job.ended ? this.ago(job.ended) : '';
      default:
        return '';
    }
  }

  /** How far a job says it is; empty when it does not say. */
  progress({ progress }: Job): string {
    if (!progress) {
      return '';
    }
    const { step, steps, seconds_left: left } = progress;
    const done = steps
      ? this.trans.__('step %1 of %2', this.number(step), this.number(steps))
      : this.trans.__('step %1', this.number(step));
    const rest = left === null ? '' : this.trans.__('%1 left', this.duration(left));
    return [done, rest].filter(Boolean).join(' · ');
  }

  /** How big a job is. */
  size(job: Job): string {
    const processes = worldSize(job);
    const parts = [this.trans._n('%1 process', '%1 processes', processes)];
    const nodes = job.spec.nodes;
    if (nodes > 1) {
      parts.push(this.trans._n('%1 node', '%1 nodes', nodes));
    }
    const gpus = job.spec.gpus * nodes;
    if (gpus > 0) {
      parts.push(this.trans._n('%1 GPU', '%1 GPUs', gpus));
    }
    return parts.join(' · ');
  }

  /** Seconds, in at most two units: `3 min 20 sec`. */
  duration(seconds: number): string {
    const whole = Math.max(0, Math.round(seconds));
    const units: [string, number][] = [
      ['day', Math.floor(whole / DAY)],
      ['hour', Math.floor((whole % DAY) / HOUR)],
      ['minute', Math.floor((whole % HOUR) / MINUTE)],
      ['second', whole % MINUTE]
    ];
    const first = units.findIndex(([, amount]) => amount > 0);
    const shown = first < 0 ? units.slice(3) : units.slice(first, first + 2);
    return shown
      .filter(([, amount], index) => index === 0 || amount > 0)
      .map(([unit, amount]) => this._unit(unit, amount))
      .join(' ');
  }

  /** A moment in the past, in Unix seconds: `5 min. ago`. */
  ago(time: number): string {
    const seconds = Math.max(0, Date.now() / 1000 - time);
    if (seconds < 5) {
      return this.trans.__('just now');
    }
    if (seconds < MINUTE) {
      return this._ago.format(-Math.floor(seconds), 'second');
    }
    if (seconds < HOUR) {
      return this._ago.format(-Math.floor(seconds / MINUTE), 'minute');
    }
    if (seconds < DAY) {
      return this._ago.format(-Math.floor(seconds / HOUR), 'hour');
    }
    return this._ago.format(-Math.floor(seconds / DAY), 'day');
  }

  /** A moment as date and time. */
  moment(time: number): string {
    return new Date(time * 1000).toLocaleString(this._locale);
  }

  /** A count or a measured value, in few characters. */
  number(value: number): string {
    return value.toLocaleString(this._locale, {
      maximumSignificantDigits: Number.isInteger(value) ? 21 : 4
    });
  }

  /** A share, 0 to 1, in percent. */
  percent(share: number): string {
    return share.toLocaleString(this._locale, { style: 'percent', maximumFractionDigits: 1 });
  }

  /** Seconds, also of less than one: `0.4 sec`. */
  span(seconds: number): string {
    if (seconds <= 0 || seconds >= 10) {
      return this.duration(seconds);
    }
    return new Intl.NumberFormat(this._locale, {
      style: 'unit',
      unit: 'second',
      unitDisplay: 'short',
      maximumFractionDigits: seconds < 1 ? 2 : 1
    }).format(seconds);
  }

  /** One line for an event record of a log; empty for those that say nothing to people. */
  event(record: LogRecord): string {
    const { trans } = this;
    const field = (name: string) => {
      const value = (record as Record<string, unknown>)[name];
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    };
    switch (record.name) {
      case 'attempt_started':
        return trans._n(
          'Attempt %2 started with %1 process.',
          'Attempt %2 started with %1 processes.',
          Number(field('world_size')) || 1,
          field('attempt')
        );
      case 'rank_exited':
        return this._rankExit(record.rank, field('code'), field('signal'));
      case 'restarting':
        return trans.__(
          'Starting again (%1); %2 more tries allowed.',
          field('cause'),
          field('left')
        );
      case 'output':
        return trans.__('Output %1: %2', field('output'), field('value'));
      case 'rank_started':
      case 'attempt_ended':
      case 'spent': // what the goodput ledger is made of
        return '';
      default:
        return record.name ?? '';
    }
  }

  private _rankExit(rank: number, code: string, signal: string): string {
    if (signal) {
      return this.trans.__('Rank %1 was ended by signal %2.', rank, signal);
    }
    return code && code !== '0' ? this.trans.__('Rank %1 ended with code %2.', rank, code) : '';
  }

  private _runningFor(job: Job): string {
    return job.started ? this.duration(Date.now() / 1000 - job.started) : '';
  }

  private _unit(unit: string, amount: number): string {
    return new Intl.NumberFormat(this._locale, {
      style: 'unit',
      unit,
      unitDisplay: 'short'
    }).format(amount);
  }

  private readonly _locale: string[];
  private readonly _ago: Intl.RelativeTimeFormat;
}
