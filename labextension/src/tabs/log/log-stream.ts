import type { ILogFilter, ILogs } from '../../api/logs';
import type { Problem } from '../../api/problem';
import type { LogChunk } from '../../api/types';
import { persist } from '../../store/persist';
import type { Connection } from '../../store/types';

/** What a stream tells, and whom. */
export interface IStreamHost {
  /** Which lines are wanted now. */
  filter(): ILogFilter;
  /** A part has come; `end` has moved behind it after this. */
  take(chunk: LogChunk): void;
  /** Every record of a job that is over has come. */
  over(): void;
  /** The connection has changed. */
  changed(): void;
}

/**
 * The end of a log as it grows: connected while it is wanted, connected again where that breaks,
 * each time from the offset that it had got to.
 */
export class LogStream {
  constructor(
    private readonly _logs: ILogs,
    private readonly _tail: number,
    private readonly _host: IStreamHost
  ) {}

  /** To here it has come; undefined before the first part, and to begin with the last lines. */
  end: number | undefined;

  get connection(): Connection {
    return this._connection;
  }

  /** What broke the connection. */
  get problem(): Problem | undefined {
    return this._problem;
  }

  /** Whether the job is over and every record has come. */
  get ended(): boolean {
    return this._ended;
  }

  /** Connect, now and whenever `go` is called, or no longer. */
  set wanted(value: boolean) {
    this._wanted = value;
    if (!value) {
      this.stop();
      this._set('idle');
    }
  }

  /** Connect, where that is wanted and not done, and there is something to come. */
  go(): void {
    const needless = this._ended && this.end !== undefined;
    if (!this._wanted || this._run || needless) {
      return;
    }
    this._ended = false;
    const run = new AbortController();
    this._run = run;
    this._set('connecting');
    void persist(
      alive => this._follow(alive, run.signal),
      problem => !run.signal.aborted && this._set('lost', problem),
      run.signal
    );
  }

  stop(): void {
    this._run?.abort();
    this._run = undefined;
  }

  private async _follow(alive: () => void, signal: AbortSignal): Promise<boolean> {
    const from = this.end === undefined ? { tail: this._tail } : { offset: this.end };
    for await (const chunk of this._logs.follow(from, this._host.filter(), signal)) {
      if (signal.aborted) {
        return true;
      }
      alive();
      if (!chunk) {
        continue;
      }
      this._host.take(chunk);
      this._set('live');
      if (chunk.ended) {
        this._ended = true;
        this._run = undefined;
        this._host.over();
        this._set('idle');
        return true;
      }
    }
    return false;
  }

  private _set(connection: Connection, problem?: Problem): void {
    if (connection !== this._connection || problem !== this._problem) {
      this._connection = connection;
      this._problem = problem;
      this._host.changed();
    }
  }

  private _ended = false;
  private _wanted = false;
  private _connection: Connection = 'idle';
  private _problem: Problem | undefined;
  private _run: AbortController | undefined;
}
