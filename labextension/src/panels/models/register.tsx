import { Dialog, Notification, ReactWidget, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { Problem } from '../../api/problem';
import type { MadeModel } from '../../api/types';
import type { IOgaiLab } from '../../tokens';
import type { Words } from '../../words';

/** What the server takes as a model's name. */
const NAME = /^[\w.-]+\/[\w.-]+$/;

/** Ask which finished job's model becomes a version of which model, and make it so. */
export async function registerModel(lab: IOgaiLab, job?: string, typed?: string): Promise<void> {
  const { words } = lab;
  const { trans } = words;
  let made: MadeModel[];
  try {
    made = await lab.models.unregistered();
  } catch (error) {
    tell(Problem.from(error));
    return;
  }
  if (made.length === 0) {
    await showDialog({
      title: trans.__('There is nothing to register'),
      body: trans.__(
        'No finished job left a model that is not registered. A training job leaves one; another job does when it calls ogai.output("model", folder).'
      ),
      buttons: [Dialog.okButton()]
    });
    return;
  }
  const models = lab.catalog.value?.map(({ name }) => name) ?? [];
  const choice = { job: job ?? made[0]!.job, name: typed ?? models[0] ?? '' };
  const body = new RegisterForm(words, made, models, choice);
  const { button, value } = await showDialog({
    title: trans.__('Register a Model'),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Register') })],
    focusNodeSelector: '#jp-ogai-register-name'
  });
  if (!button.accept || !value) {
    return;
  }
  if (!NAME.test(value.name)) {
    Notification.error(
      trans.__('“%1” is not a model’s name: it has the form org/name.', value.name),
      { autoClose: 8000 }
    );
    return registerModel(lab, value.job, value.name);
  }
  const registering = lab.models.register(value.name, value.job);
  Notification.promise(registering, {
    pending: { message: trans.__('Registering %1…', value.name), options: { autoClose: false } },
    success: {
      message: version => {
        const { model, revision } = version as { model: string; revision: string };
        return trans.__('Registered as %1@%2', model, revision);
      },
      options: { autoClose: 5000 }
    },
    error: {
      message: reason => {
        const problem = Problem.from(reason);
        return [problem.message, problem.action].filter(Boolean).join(' ');
      },
      options: { autoClose: 8000 }
    }
  });
}

interface IChoice {
  job: string;
  name: string;
}

class RegisterForm extends ReactWidget implements Dialog.IBodyWidget<IChoice> {
  constructor(
    private readonly _words: Words,
    private readonly _made: readonly MadeModel[],
    private readonly _models: readonly string[],
    private readonly _choice: IChoice
  ) {
    super();
    this.addClass('jp-ogai');
    this.addClass('jp-ogai-Form');
  }

  getValue(): IChoice {
    return { ...this._choice, name: this._choice.name.trim() };
  }

  protected override render(): React.JSX.Element {
    const { trans } = this._words;
    return (
      <>
        <label htmlFor="jp-ogai-register-job">{trans.__('The model that this job made')}</label>
        <select
          id="jp-ogai-register-job"
          className="jp-mod-styled"
          defaultValue={this._choice.job}
          onChange={event => (this._choice.job = event.target.value)}
        >
          {this._made.map(({ job, name, ended }) => (
            <option key={job} value={job}>
              {[name, job.slice(0, 8), ended ? this._words.ago(ended) : ''].join(' · ')}
            </option>
          ))}
        </select>
        <label htmlFor="jp-ogai-register-name">
          {trans.__('becomes the next version of (a new name makes a new model)')}
        </label>
        <input
          id="jp-ogai-register-name"
          className="jp-mod-styled"
          list="jp-ogai-register-names"
          placeholder={trans.__('org/name')}
          defaultValue={this._choice.name}
          onChange={event => (this._choice.name = event.target.value)}
        />
        <datalist id="jp-ogai-register-names">
          {this._models.map(name => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </>
    );
  }
}

function tell(problem: Problem): void {
  Notification.error([problem.message, problem.action].filter(Boolean).join(' '), {
    autoClose: 8000
  });
}
