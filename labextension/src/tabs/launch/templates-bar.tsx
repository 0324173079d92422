import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { Problem } from '../../api/problem';
import type { Template } from '../../api/types';
import type { Words } from '../../words';
import type { LaunchModel } from './launch-model';

/** The templates: chosen, kept, shared, renamed, removed (which can be undone). */
export function TemplatesBar(props: { model: LaunchModel; words: Words }): React.JSX.Element {
  const { model, words } = props;
  const { trans } = words;
  const [chosen, setChosen] = React.useState('');
  const all = model.templates.value ?? [];
  const key = (one: Template) => JSON.stringify([one.owner, one.name]);
  const template = all.find(one => key(one) === chosen);
  const mine = all.filter(one => one.owner === model.user);
  const others = all.filter(one => one.owner !== model.user);
  const own = template?.owner === model.user;
  const act = (work: () => Promise<unknown>) => void told(work).then(() => model.templates.retry());
  return (
    <div className="jp-ogai-Templates" role="toolbar" aria-label={trans.__('Templates')}>
      <label>
        {trans.__('Template')}
        <select
          value={template ? chosen : ''}
          onChange={event => {
            const found = all.find(one => key(one) === event.target.value);
            setChosen(event.target.value);
            if (found) {
              model.apply(found);
            }
          }}
        >
          <option value="">{all.length ? trans.__('choose…') : trans.__('none yet')}</option>
          {mine.length > 0 && (
            <optgroup label={trans.__('Mine')}>
              {mine.map(one => (
                <option key={key(one)} value={key(one)}>
                  {one.shared ? trans.__('%1 (shared)', one.name) : one.name}
                </option>
              ))}
            </optgroup>
          )}
          {others.length > 0 && (
            <optgroup label={trans.__('Shared by others')}>
              {others.map(one => (
                <option key={key(one)} value={key(one)}>
                  {trans.__('%1, of %2', one.name, one.owner)}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      </label>
      <button
        className="jp-ogai-Button"
        onClick={() =>
          act(async () => {
            const name = await askName(trans.__('Keep as a template'), template?.name ?? '', words);
            if (name && (await mayReplace(name, mine, words))) {
              const saved = await model.api.saveTemplate(name, model.draft.spec, false);
              setChosen(key(saved));
            }
          })
        }
      >
        {trans.__('Keep as Template…')}
      </button>
      {template && own && (
        <>
          <button
            className="jp-ogai-Button"
            aria-pressed={template.shared}
            onClick={() =>
              act(() =>
                model.api.saveTemplate(
                  template.name,
                  template.spec as typeof model.draft.spec,
                  !template.shared
                )
              )
            }
          >
            {trans.__('Shared')}
          </button>
          <button
            className="jp-ogai-Button"
            onClick={() =>
              act(async () => {
                const to = await askName(trans.__('Rename the template'), template.name, words);
                if (to && to !== template.name) {
                  setChosen(key(await model.api.renameTemplate(template.name, to)));
                }
              })
            }
          >
            {trans.__('Rename…')}
          </button>
          <button
            className="jp-ogai-Button"
            onClick={() =>
              act(async () => {
                await model.api.removeTemplate(template.name);
                setChosen('');
                undoable(template, model, words);
              })
            }
          >
            {trans.__('Delete')}
          </button>
        </>
      )}
      <span className="jp-ogai-Templates-rest" />
      <button className="jp-ogai-Button" onClick={() => model.clear()}>
        {trans.__('Clear the Form')}
      </button>
    </div>
  );
}

async function askName(title: string, text: string, words: Words): Promise<string | undefined> {
  const { trans } = words;
  const { button, value } = await InputDialog.getText({
    title,
    text,
    label: trans.__('Name'),
    okLabel: trans.__('OK'),
    cancelLabel: trans.__('Cancel'),
    required: true
  });
  return button.accept && value ? value.trim() : undefined;
}

async function mayReplace(name: string, mine: Template[], words: Words): Promise<boolean> {
  const { trans } = words;
  if (!mine.some(one => one.name === name)) {
    return true;
  }
  const { button } = await showDialog({
    title: trans.__('Replace the template?'),
    body: trans.__('You have a template “%1” already. What it holds is lost.', name),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Keep It') }),
      Dialog.warnButton({ label: trans.__('Replace') })
    ],
    defaultButton: 0
  });
  return button.accept;
}

function undoable(template: Template, model: LaunchModel, words: Words): void {
  const { trans } = words;
  Notification.info(trans.__('Template “%1” deleted', template.name), {
    autoClose: 8000,
    actions: [
      {
        label: trans.__('Undo'),
        callback: () =>
          void told(() =>
            model.api.saveTemplate(
              template.name,
              template.spec as typeof model.draft.spec,
              template.shared
            )
          )
      }
    ]
  });
}

/** Do something, and say so when it was refused. */
async function told(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const problem = Problem.from(error);
    Notification.error([problem.message, problem.action].filter(Boolean).join(' '), {
      autoClose: 8000
    });
  }
}
