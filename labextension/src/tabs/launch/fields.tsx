import type { JSONObject, JSONValue } from '@lumino/coreutils';
import * as React from 'react';

import type { SpecProblem } from '../../api/types';
import { problemsAt, same, shownText, valueAt, withValue, type IDraft } from './draft';
import type { LaunchWords } from './launch-words';
import { fieldAt, type IField } from './schema';
import { joinWords, splitWords } from './shell-words';

/** What every field of the form needs. */
export interface IForm {
  draft: IDraft;
  schema: JSONObject;
  problems: readonly SpecProblem[];
  words: LaunchWords;
  edit(draft: IDraft): void;
}

interface IInput {
  id: string;
  field: IField;
  value: JSONValue | undefined;
  invalid: boolean;
  describedBy: string;
  words: LaunchWords;
  set(value: JSONValue | undefined): void;
}

/** One field of the spec: label, input, unit, help, and what is wrong with it. */
export function Field(props: {
  form: IForm;
  path: string;
  /** Another input than the type of the field asks for. */
  input?: (input: IInput) => React.JSX.Element;
  wide?: boolean;
  children?: React.ReactNode;
}): React.JSX.Element {
  const { form, path, wide, children } = props;
  const { draft, schema, words } = form;
  const id = React.useId();
  const field = fieldAt(schema, path) ?? { path, type: 'text' as const, help: '' };
  const problems = problemsAt(form.problems, path);
  const help = words.help(path, field.help);
  const unit = words.unit(path);
  const render = props.input ?? INPUTS[field.type];
  return (
    <div className={`jp-ogai-Field${wide ? ' jp-mod-wide' : ''}`} data-field={path}>
      <label htmlFor={id}>{words.label(path)}</label>
      <div className="jp-ogai-Field-input">
        {render({
          id,
          field,
          words,
          value: valueAt(draft.spec, path),
          invalid: problems.length > 0,
          describedBy: `${id}-help`,
          set: value => form.edit({ ...draft, spec: withValue(draft.spec, path, value) })
        })}
        {unit && <span className="jp-ogai-Field-unit">{unit}</span>}
        {children}
      </div>
      <div id={`${id}-help`} className="jp-ogai-Field-notes">
        {problems.map((problem, index) => (
          <p key={index} className="jp-ogai-Field-problem">
            {[problem.message, problem.cause, problem.action].filter(Boolean).join(' ')}
          </p>
        ))}
        {help && <p>{help}</p>}
      </div>
    </div>
  );
}

/** A line of text. */
export function TextInput(props: IInput & { list?: string; placeholder?: string }) {
  const { id, field, value, invalid, describedBy, set, list, placeholder } = props;
  return (
    <input
      id={id}
      type="text"
      value={shownText(value)}
      placeholder={placeholder ?? shownText(field.preset)}
      maxLength={field.longest}
      list={list}
      spellCheck={false}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={event => set(event.target.value === '' ? undefined : event.target.value)}
    />
  );
}

function NumberInput(props: IInput) {
  const { id, field, value, invalid, describedBy, set } = props;
  return (
    <input
      id={id}
      type="number"
      value={typeof value === 'number' ? value : ''}
      placeholder={shownText(field.preset)}
      min={field.minimum}
      max={field.maximum}
      step={field.type === 'integer' ? 1 : 'any'}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={event => set(event.target.value === '' ? undefined : Number(event.target.value))}
    />
  );
}

/** A list of words, written as in a shell. */
export function WordsInput(props: IInput & { placeholder?: string }) {
  const { id, value, invalid, describedBy, set, words, placeholder } = props;
  const list = Array.isArray(value) ? (value as string[]) : [];
  const [text, setText] = React.useState(() => joinWords(list));
  const split = splitWords(text);
  const shown = 'words' in split ? split.words : undefined;
  React.useEffect(() => {
    // The value was changed from elsewhere: a clone, a template, an undo.
    if (shown && !same(shown, list)) {
      setText(joinWords(list));
    }
  }, [value]);
  return (
    <>
      <input
        id={id}
        type="text"
        className="jp-mod-code"
        value={text}
        placeholder={placeholder}
        spellCheck={false}
        aria-invalid={invalid || !shown}
        aria-describedby={describedBy}
        onChange={event => {
          setText(event.target.value);
          const now = splitWords(event.target.value);
          if ('words' in now) {
            set(now.words);
          }
        }}
      />
      {!shown && (
        <span className="jp-ogai-Field-problem" role="alert">
          {words.words.trans.__('A quotation is not closed.')}
        </span>
      )}
    </>
  );
}

/** Any number of names with values. */
export function MapInput(
  props: IInput & { read: (text: string) => JSONValue; write: (value: JSONValue) => string }
) {
  const { id, value, words, set, read, write, describedBy, invalid } = props;
  const { trans } = words.words;
  const given = React.useMemo(
    () => Object.entries((value as JSONObject | undefined) ?? {}),
    [value]
  );
  const [rows, setRows] = React.useState<[string, string][]>(() =>
    given.map(([name, one]) => [name, write(one)])
  );
  const told = React.useRef<JSONValue | undefined>(value);
  React.useEffect(() => {
    if (!same(told.current ?? {}, value ?? {})) {
      told.current = value;
      setRows(given.map(([name, one]) => [name, write(one)]));
    }
  }, [value]);
  const change = (next: [string, string][]) => {
    setRows(next);
    const filled = next.filter(([name]) => name !== '');
    const made = Object.fromEntries(filled.map(([name, text]) => [name, read(text)]));
    told.current = filled.length ? made : undefined;
    set(told.current);
  };
  const label = words.label(props.field.path);
  return (
    <div
      id={id}
      className="jp-ogai-Map"
      role="group"
      aria-label={label}
      aria-describedby={describedBy}
    >
      {rows.map(([name, text], index) => (
        <div key={index} className="jp-ogai-Map-row">
          <input
            type="text"
            value={name}
            spellCheck={false}
            aria-label={trans.__('Name %1 of %2', index + 1, label)}
            aria-invalid={invalid}
            onChange={event =>
              change(rows.map((row, at) => (at === index ? [event.target.value, row[1]] : row)))
            }
          />
          <span aria-hidden="true">=</span>
          <input
            type="text"
            value={text}
            spellCheck={false}
            aria-label={trans.__('Value of %1', name || index + 1)}
            onChange={event =>
              change(rows.map((row, at) => (at === index ? [row[0], event.target.value] : row)))
            }
          />
          <button
            type="button"
            className="jp-ogai-Button"
            aria-label={trans.__('Remove %1', name || index + 1)}
            onClick={() => change(rows.filter((_, at) => at !== index))}
          >
            ×
          </button>
        </div>
      ))}
      <button type="button" className="jp-ogai-Button" onClick={() => setRows([...rows, ['', '']])}>
        {trans.__('Add')}
      </button>
    </div>
  );
}

/** Some of a few values. */
function ChoicesInput(props: IInput) {
  const { id, field, value, words, set, describedBy } = props;
  const chosen = (value ?? field.preset ?? []) as string[];
  return (
    <div
      id={id}
      className="jp-ogai-Choices"
      role="group"
      aria-label={words.label(field.path)}
      aria-describedby={describedBy}
    >
      {(field.values ?? [])
        .filter(one => one !== 'succeeded' && one !== 'cancelled')
        .map(one => (
          <label key={one}>
            <input
              type="checkbox"
              checked={chosen.includes(one)}
              onChange={event =>
                set(event.target.checked ? [...chosen, one] : chosen.filter(kept => kept !== one))
              }
            />
            {words.end(one)}
          </label>
        ))}
    </div>
  );
}

/** What is written into an empty field of a size. */
const SIZE = '16GiB';

const plainMap = (input: IInput) => <MapInput {...input} read={text => text} write={shownText} />;

const INPUTS: Record<IField['type'], (input: IInput) => React.JSX.Element> = {
  integer: input => <NumberInput {...input} />,
  number: input => <NumberInput {...input} />,
  size: input => <TextInput {...input} placeholder={SIZE} />,
  text: input => <TextInput {...input} />,
  list: input => <WordsInput {...input} />,
  map: plainMap,
  choices: input => <ChoicesInput {...input} />
};
