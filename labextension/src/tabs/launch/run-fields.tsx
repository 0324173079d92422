import type { JSONValue } from '@lumino/coreutils';
import * as React from 'react';

import { KINDS, kindOf, textAt, withKind, type Kind } from './draft';
import { Field, MapInput, TextInput, WordsInput, type IForm } from './fields';

/** Where the files are that a job may run. */
export interface IPlaces {
  /** The folder on the server that holds a file, and the file in it. */
  locate(path: string): IPlace;
  /** The notebooks and scripts that are open. */
  open(): IPlace[];
}

export interface IPlace {
  folder: string;
  file: string;
}

/** What an empty field shows: names of code, the same in every language. */
const EXAMPLES = {
  script: 'train.py',
  notebook: 'report.ipynb',
  call: 'train:main',
  module: 'package.train'
};

/** What the job runs: first of which kind, then the fields of that kind. */
export function RunFields(props: { form: IForm; places: IPlaces }): React.JSX.Element {
  const { form, places } = props;
  const { draft, words } = form;
  const { trans } = words.words;
  const kind = kindOf(draft);
  const kinds: Kind[] = kind === 'function' ? [...KINDS, 'function'] : [...KINDS];
  const name = React.useId();
  return (
    <fieldset className="jp-ogai-Group">
      <legend>{trans.__('What')}</legend>
      <div className="jp-ogai-Kinds" role="radiogroup" aria-label={trans.__('What runs')}>
        {kinds.map(one => (
          <label key={one} className={one === kind ? 'jp-mod-chosen' : ''}>
            <input
              type="radio"
              name={name}
              checked={one === kind}
              onChange={() => form.edit(withKind(draft, one))}
            />
            {words.kind(one)}
          </label>
        ))}
      </div>
      <OfKind form={form} kind={kind} places={places} />
    </fieldset>
  );
}

function OfKind(props: { form: IForm; kind: Kind; places: IPlaces }): React.JSX.Element {
  const { form, kind, places } = props;
  const { trans } = form.words.words;
  switch (kind) {
    case 'script':
    case 'notebook':
      return (
        <>
          <FileField form={form} kind={kind} places={places} />
          {kind === 'script' ? (
            <Field form={form} path="run.args" wide input={args('--lr 0.001 --epochs 3')} />
          ) : (
            <Field form={form} path="run.parameters" wide input={parameters} />
          )}
        </>
      );
    case 'call':
      return (
        <>
          <Field
            form={form}
            path="run.function"
            wide
            input={input => <TextInput {...input} placeholder={EXAMPLES.call} />}
          />
          <Field form={form} path="run.parameters" wide input={parameters} />
        </>
      );
    case 'module':
      return (
        <>
          <Field
            form={form}
            path="run.module"
            wide
            input={input => <TextInput {...input} placeholder={EXAMPLES.module} />}
          />
          <Field form={form} path="run.args" wide input={args('--lr 0.001')} />
        </>
      );
    case 'command':
      return <Field form={form} path="run.argv" wide input={args('nvidia-smi -L')} />;
    case 'cell':
      return (
        <Field
          form={form}
          path="run.source"
          wide
          input={({ id, value, invalid, describedBy, set }) => (
            <textarea
              id={id}
              rows={8}
              className="jp-mod-code"
              value={typeof value === 'string' ? value : ''}
              spellCheck={false}
              aria-invalid={invalid}
              aria-describedby={describedBy}
              onChange={event => set(event.target.value || undefined)}
            />
          )}
        />
      );
    case 'function':
      return (
        <p>
          {trans.__(
            'The function “%1” was pickled with its arguments by the notebook that submitted it. It runs again as it is.',
            textAt(form.draft.spec, 'run.name')
          )}
        </p>
      );
  }
}

/** A file: typed, one of those that are open, or chosen from the server's folders. */
function FileField(props: { form: IForm; kind: Kind; places: IPlaces }): React.JSX.Element {
  const { form, kind, places } = props;
  const { trans } = form.words.words;
  const list = React.useId();
  const suffix = kind === 'notebook' ? '.ipynb' : '.py';
  const open = places.open().filter(({ file }) => file.endsWith(suffix));
  const take = ({ folder, file }: IPlace) => {
    const { draft } = form;
    const run = { ...(draft.spec.run as object), path: file };
    form.edit({ ...draft, spec: { ...draft.spec, run, workdir: folder } });
  };
  const chosen = textAt(form.draft.spec, 'run.path');
  return (
    <Field
      form={form}
      path="run.path"
      wide
      input={input => (
        <TextInput
          {...input}
          list={list}
          placeholder={kind === 'notebook' ? EXAMPLES.notebook : EXAMPLES.script}
          set={value => {
            const known = open.find(({ file }) => file === value);
            if (known && chosen === '') {
              take(known);
            } else {
              input.set(value ?? '');
            }
          }}
        />
      )}
    >
      <datalist id={list}>
        {open.map(({ folder, file }) => (
          <option key={`${folder}/${file}`} value={file} />
        ))}
      </datalist>
      {open[0] && open[0].file !== chosen && (
        <button type="button" className="jp-ogai-Button" onClick={() => take(open[0]!)}>
          {trans.__('Use %1', open[0].file)}
        </button>
      )}
    </Field>
  );
}

const args = (placeholder: string) => (input: Parameters<typeof WordsInput>[0]) => (
  <WordsInput {...input} placeholder={placeholder} />
);

const parameters = (input: Parameters<typeof WordsInput>[0]) => (
  <MapInput {...input} read={readParameter} write={writeParameter} />
);

function readParameter(text: string): JSONValue {
  try {
    return JSON.parse(text) as JSONValue;
  } catch {
    return text;
  }
}

function writeParameter(value: JSONValue): string {
  return typeof value === 'string' && readParameter(value) === value
    ? value
    : JSON.stringify(value);
}
