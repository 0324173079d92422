import type { IStateDB } from '@jupyterlab/statedb';
import type { JSONObject } from '@lumino/coreutils';
import { DisposableDelegate, DisposableSet, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { LaunchApi } from '../../api/launch';
import { Problem } from '../../api/problem';
import type { ClusterOffers, Job, Offers, Preview, SpecProblem, Template } from '../../api/types';
import { isAboutJobs } from '../../store/cluster';
import { Resource, type IResource } from '../../store/resource';
import type { IOgaiLab } from '../../tokens';
import { awaitedField, isBegun, problemsOf } from './awaited';
import { draftOf, emptyDraft, keepable, sent, textAt, type IDraft } from './draft';
import { needOf } from './need';
import { refusalOf } from './refusal';
import { presetsOf } from './schema';

/** Not below `ogai:`, where the layout keeps what the tabs were opened with. */
const STATE = '@ogai/lab:launch-draft';
/** Milliseconds without a key stroke before the server is asked. */
const PAUSE = 300;
/** Milliseconds between two previews that nobody typed for. */
const APART = 3_000;

/** The form that was filled in from elsewhere, and what it held before. */
export interface IFilled {
  from: string;
  before: IDraft;
}

/** What the launch tab knows: the draft, what would become of it, what is free, the templates. */
export class LaunchModel implements IDisposable {
  constructor(
    private readonly _lab: IOgaiLab,
    readonly api: LaunchApi,
    private readonly _state: IStateDB | null,
    readonly schema: JSONObject,
    private readonly _workdir: string
  ) {
    this._draft = emptyDraft(_workdir);
    this._presets = presetsOf(schema);
    this.offers = new Resource(_lab.live, {
      load: signal => api.free(signal),
      concerns: isAboutJobs
    });
    this.templates = new Resource(_lab.live, {
      load: signal => api.templates(signal),
      concerns: event => event.schema_id.includes('/scheduler/template/')
    });
  }

  readonly offers: IResource<Offers>;
  readonly templates: IResource<Template[]>;

  /** What the server says of the draft; of an older one while `previewing`. */
  preview: Preview | undefined;
  previewing = false;
  /** What the cluster of the draft offers; undefined while it was not asked or is this machine. */
  clusterOffers: ClusterOffers | undefined;
  /** Why there is no (newer) preview. */
  problem: Problem | undefined;
  submitting = false;
  filled: IFilled | undefined;

  /** Whose own templates are. */
  get user(): string {
    return this._lab.live.user;
  }

  get draft(): IDraft {
    return this._draft;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Whether the form only waits for what runs: nothing is wrong with that field yet. */
  get awaits(): boolean {
    return !this._begun && awaitedField(this._draft) !== undefined;
  }

  /** All that is wrong with the draft, the last refusal among it. */
  get problems(): readonly SpecProblem[] {
    const empty = this._begun ? this._lab.words.trans.__('Say here what is to run.') : '';
    const found = problemsOf(this._draft, this.preview?.problems ?? [], empty);
    return this._refusal && found.length === 0 ? [this._refusal] : found;
  }

  /** Take up the draft that was left by the last page. */
  async restore(): Promise<void> {
    const kept = (await this._state?.fetch(STATE).catch(() => undefined)) as
      { spec?: JSONObject; others?: IDraft['others'] } | undefined;
    if (kept?.spec && typeof kept.spec.run === 'object') {
      this._draft = { spec: kept.spec, others: kept.others ?? {} };
      this._tell();
    }
  }

  /** The reader has changed the draft. */
  edit(draft: IDraft): void {
    this._begun = isBegun(this._begun, this._draft, draft);
    this._draft = draft;
    this._refusal = undefined;
    this._key = crypto.randomUUID();
    this._schedule(PAUSE);
    this._keep();
    this._tell();
  }

  /** Put a job's or a template's spec into the form; what it held can be had back. */
  fill(spec: JSONObject, from: string): void {
    const before = this._draft;
    this.edit(draftOf(spec, this._presets));
    this._begun = false;
    this.filled = { from, before };
    this._tell();
  }

  /** Take a template's fields; the others stay as they are. */
  apply(template: Template): void {
    const before = this._draft;
    const spec = { ...before.spec, ...(template.spec as JSONObject) };
    this.edit({ spec, others: before.others });
    this.filled = { from: template.name, before };
    this._tell();
  }

  /** Launch was pressed before it was said what runs: now that is a problem. */
  begin(): void {
    this._begun = true;
    this._tell();
  }

  clear(): void {
    this.fill(emptyDraft(this._workdir).spec, '');
  }

  undo(): void {
    if (this.filled) {
      this.edit(this.filled.before);
      this.forget();
    }
  }

  forget(): void {
    this.filled = undefined;
    this._tell();
  }

  /** Submit the job; undefined when the server refused it, which is then shown. */
  async submit(): Promise<Job | undefined> {
    this.submitting = true;
    this.problem = undefined;
    this._tell();
    try {
      const job = await this.api.submit(sent(this._draft.spec), this._key);
      this._key = crypto.randomUUID();
      this.filled = undefined;
      return job;
    } catch (error) {
      const problem = Problem.from(error);
      this._refusal = refusalOf(problem);
      this.problem = this._refusal ? undefined : problem;
      this._schedule(0);
      return undefined;
    } finally {
      this.submitting = false;
      this._tell();
    }
  }

  /** Keep what is shown fresh until the result is disposed. */
  look(): IDisposable {
    this._lookers += 1;
    this.offers.changed.connect(this._onOffers, this);
    this._lab.fleet.changed.connect(this._tell, this);
    this.templates.changed.connect(this._tell, this);
    this._schedule(0);
    return DisposableSet.from([
      this.offers.look(),
      this._lab.fleet.look(),
      this.templates.look(),
      new DisposableDelegate(() => {
        this._lookers -= 1;
        this.offers.changed.disconnect(this._onOffers, this);
        this._lab.fleet.changed.disconnect(this._tell, this);
        this.templates.changed.disconnect(this._tell, this);
        this._stop();
      })
    ]);
  }

  retry(): void {
    this.offers.retry();
    this.templates.retry();
    this._schedule(0);
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._stop();
      clearTimeout(this._keeper);
      this._save();
      this.offers.dispose();
      this.templates.dispose();
      Signal.clearData(this);
    }
  }

  private _onOffers(): void {
    if (this.offers.value !== this._offered) {
      this._offered = this.offers.value;
      this._schedule(Math.max(PAUSE, this._asked + APART - Date.now()), false);
    }
    this._tell();
  }

  /** Ask for a preview after a while; a typed one comes before one that only refreshes. */
  private _schedule(milliseconds: number, typed = true): void {
    if (this._lookers === 0 || (!typed && this._timer !== undefined)) {
      return;
    }
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this._timer = undefined;
      void this._look();
    }, milliseconds);
  }

  private async _look(): Promise<void> {
    this._asking?.abort();
    const asking = (this._asking = new AbortController());
    this._asked = Date.now();
    this.previewing = true;
    this._tell();
    try {
      const draft = this._draft;
      const preview = await this.api.preview(sent(draft.spec), asking.signal);
      if (!asking.signal.aborted) {
        this.preview = { ...preview, problems: problemsOf(draft, preview.problems) };
        this.problem = undefined;
        this._tell();
        await this._askCluster(draft, asking.signal);
      }
    } catch (error) {
      if (!asking.signal.aborted) {
        this.problem = Problem.from(error);
      }
    } finally {
      if (this._asking === asking) {
        this._asking = undefined;
        this.previewing = false;
        this._tell();
      }
    }
  }

  private async _askCluster({ spec }: IDraft, signal: AbortSignal): Promise<void> {
    const cluster = textAt(spec, 'cluster');
    if (this.clusterOffers?.cluster !== cluster) {
      this.clusterOffers = undefined; // those of another cluster
    }
    if (cluster && this.preview?.spec) {
      const found = await this._lab.clusters.offers(cluster, needOf(spec), signal);
      if (!signal.aborted) {
        this.clusterOffers = found;
      }
    }
  }

  private _stop(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._asking?.abort();
    this._asking = undefined;
    this.previewing = false;
  }

  private _keep(): void {
    this._unsaved = true;
    clearTimeout(this._keeper);
    this._keeper = setTimeout(() => this._save(), PAUSE);
  }

  private _save(): void {
    if (this._unsaved) {
      this._unsaved = false;
      const { spec, others } = keepable(this._draft);
      void this._state?.save(STATE, { spec, others });
    }
  }

  private _tell(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _presets: JSONObject;
  private _draft: IDraft;
  private _begun = false;
  private _refusal: SpecProblem | undefined;
  private _key: string = crypto.randomUUID();
  private _offered: Offers | undefined;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _keeper: ReturnType<typeof setTimeout> | undefined;
  private _asking: AbortController | undefined;
  private _asked = 0;
  private _unsaved = false;
  private _lookers = 0;
  private _isDisposed = false;
}
