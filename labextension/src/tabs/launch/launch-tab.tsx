import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { JSONObject, ReadonlyJSONObject } from '@lumino/coreutils';
import * as React from 'react';

import { Problem } from '../../api/problem';
import { Face, ProblemFace, StaleBar } from '../../face';
import { whileShown } from '../../shown';
import type { IOgaiLab } from '../../tokens';
import { TabCommands } from '../tabs';
import { withValue } from './draft';
import { LaunchForm } from './form';
import type { LaunchModel } from './launch-model';
import { LaunchWords } from './launch-words';
import { PreviewView } from './preview-view';
import type { IPlaces } from './run-fields';
import { TemplatesBar } from './templates-bar';

/** The tab in which a job is put together, looked at and launched. */
export class LaunchTab extends ReactWidget {
  constructor(
    private readonly _lab: IOgaiLab,
    private readonly _model: LaunchModel,
    private readonly _places: IPlaces,
    private readonly _commands: CommandRegistry
  ) {
    super();
    this.addClass('jp-ogai-Launch');
    this.title.label = _lab.words.trans.__('Launch a Job');
    this._words = new LaunchWords(_lab.words);
    whileShown(this, () => _model.look());
  }

  /** Take what the tab was opened with: a job to clone, a file to run, a template. */
  async take(args: ReadonlyJSONObject): Promise<void> {
    const { from, path, template } = args;
    try {
      if (typeof from === 'string') {
        const job = await this._lab.scheduler.job(from, new AbortController().signal);
        this._model.fill(job.spec as unknown as JSONObject, job.name);
      } else if (typeof path === 'string') {
        const place = this._places.locate(path);
        const kind = path.endsWith('.ipynb') ? 'notebook' : 'script';
        const run = { kind, path: place.file };
        this._model.fill({ run, workdir: place.folder }, place.file);
      } else if (typeof template === 'string') {
        const all = await this._model.api.templates(new AbortController().signal);
        const found = all.find(one => one.name === template);
        if (found) {
          this._model.apply(found);
        }
      }
    } catch (error) {
      this._model.problem = Problem.from(error);
      this.update();
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._model.dispose();
      super.dispose();
    }
  }

  protected override render(): React.JSX.Element {
    return <UseSignal signal={this._model.changed}>{() => this._view()}</UseSignal>;
  }

  private _view(): React.JSX.Element {
    const model = this._model;
    const { words } = this._lab;
    const { trans } = words;
    const { draft, preview, problems, offers } = model;
    const form = {
      draft,
      problems,
      schema: model.schema,
      words: this._words,
      edit: (next: typeof draft) => model.edit(next)
    };
    const nowhere = problems.filter(({ field }) => !field);
    const empty = model.awaits && problems.length === 0;
    return (
      <form
        className="jp-ogai-Launch-form"
        aria-label={trans.__('Launch a job')}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          void this._submit();
        }}
      >
        {offers.connection === 'lost' && (
          <StaleBar heard={offers.heard} words={words} retry={() => model.retry()} />
        )}
        <TemplatesBar model={model} words={words} />
        {model.filled && <FilledBar model={model} words={this._words} />}
        <div className="jp-ogai-Launch-columns">
          <div className="jp-ogai-Launch-fields">
            <LaunchForm
              form={form}
              places={this._places}
              offers={offers.value}
              clusters={(this._lab.fleet.value ?? []).map(({ name }) => name)}
              clusterOffers={model.clusterOffers}
            />
          </div>
          <aside className="jp-ogai-Launch-side" aria-label={trans.__('What will be created')}>
            <div className="jp-ogai-Launch-submit">
              <button
                type="submit"
                className="jp-ogai-Button jp-mod-main"
                disabled={model.submitting}
                // Not disabled: pressed, it leads to the field that is to be filled in.
                aria-disabled={empty}
                aria-describedby="ogai-launch-status"
              >
                {model.submitting ? trans.__('Launching…') : trans.__('Launch')}
              </button>
              <span role="status" id="ogai-launch-status">
                {empty
                  ? trans.__('Choose what to run first.')
                  : problems.length > 0
                    ? trans._n('%1 thing to mend', '%1 things to mend', problems.length)
                    : model.previewing
                      ? trans.__('Checking…')
                      : ''}
              </span>
            </div>
            {nowhere.map(({ message, action }, index) => (
              <p key={index} className="jp-ogai-Field-problem" role="alert">
                {[message, action].filter(Boolean).join(' ')}
              </p>
            ))}
            {model.problem && (
              <ProblemFace problem={model.problem} words={words} retry={() => model.retry()} />
            )}
            {empty ? (
              <Face
                title={trans.__('Choose what to run')}
                text={trans.__(
                  'Then you see here when and where it would start, what travels with it, and the same as code.'
                )}
              />
            ) : preview && (preview.explanation || preview.spec?.cluster || problems.length > 0) ? (
              <PreviewView
                preview={preview}
                problems={problems}
                stale={model.previewing}
                words={this._words}
                take={(field, value) =>
                  model.edit({ ...draft, spec: withValue(draft.spec, field, value) })
                }
              />
            ) : (
              !model.problem && <p>{trans.__('Looking at what would happen…')}</p>
            )}
          </aside>
        </div>
      </form>
    );
  }

  private async _submit(): Promise<void> {
    const { awaits } = this._model;
    if (awaits) {
      this._model.begin();
    }
    const job = awaits ? undefined : await this._model.submit();
    if (job) {
      void this._commands.execute(TabCommands.open, { kind: 'job', id: job.id });
    } else {
      requestAnimationFrame(() =>
        this.node.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
      );
    }
  }

  private readonly _words: LaunchWords;
}

/** Says that the form was filled in from elsewhere, and gives back what it held. */
function FilledBar(props: { model: LaunchModel; words: LaunchWords }): React.JSX.Element {
  const { model, words } = props;
  const { trans } = words.words;
  const from = model.filled?.from;
  return (
    <div className="jp-ogai-StaleBar jp-ogai-FilledBar" role="status">
      <span>
        {from ? trans.__('Filled in from “%1”.', from) : trans.__('The form was cleared.')}
      </span>
      <button type="button" className="jp-ogai-Button" onClick={() => model.undo()}>
        {trans.__('Undo')}
      </button>
      <button type="button" className="jp-ogai-Button" onClick={() => model.forget()}>
        {trans.__('OK')}
      </button>
    </div>
  );
}
