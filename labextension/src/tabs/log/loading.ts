import { Problem } from '../../api/problem';

/** One thing at a time that loads a part; a later one takes the place of an earlier. */
export class Loading {
  constructor(private readonly _done: () => void) {}

  /** What kept the last part from coming. */
  problem: Problem | undefined;

  get busy(): boolean {
    return this._run !== undefined;
  }

  async load(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this._run?.abort();
    const run = (this._run = new AbortController());
    try {
      await work(run.signal);
      this.problem = undefined;
    } catch (error) {
      if (!run.signal.aborted) {
        this.problem = Problem.from(error);
      }
    } finally {
      if (this._run === run) {
        this._run = undefined;
        this._done();
      }
    }
  }

  stop(): void {
    this._run?.abort();
    this._run = undefined;
  }

  private _run: AbortController | undefined;
}
