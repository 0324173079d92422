import { Clipboard } from '@jupyterlab/apputils';
import * as React from 'react';

import type { Preview, SpecProblem } from '../../api/types';
import { stateIcons } from '../../icons';
import type { LaunchWords } from './launch-words';

type Form = 'python' | 'magic' | 'command';
type Code = NonNullable<Preview['code']>;

/** What would come of the draft: when and where it starts, what travels, and the same as code. */
export function PreviewView(props: {
  preview: Preview;
  problems: readonly SpecProblem[];
  stale: boolean;
  words: LaunchWords;
  /** Set a field to what would let the job start now. */
  take: (field: string, value: number) => void;
}): React.JSX.Element {
  const { preview, problems, stale, words, take } = props;
  const { trans } = words.words;
  return (
    <div className={`jp-ogai-Preview${stale ? ' jp-mod-stale' : ''}`} aria-busy={stale}>
      <Start preview={preview} problems={problems} words={words} take={take} />
      <Luggage preview={preview} words={words} />
      {preview.code ? (
        <CodeView code={preview.code} words={words} />
      ) : (
        preview.code_missing && (
          <section>
            <h3>{trans.__('The same as code')}</h3>
            <p>{preview.code_missing}</p>
          </section>
        )
      )}
    </div>
  );
}

function Start(props: {
  preview: Preview;
  problems: readonly SpecProblem[];
  words: LaunchWords;
  take: (field: string, value: number) => void;
}): React.JSX.Element {
  const { preview, problems, words, take } = props;
  const { trans } = words.words;
  const { explanation, placement, spec } = preview;
  if (!explanation && spec?.cluster && problems.length === 0) {
    return (
      <section>
        <h3>
          <stateIcons.queued.react tag="span" className="jp-ogai-State" aria-hidden="true" />
          {trans.__('It would be handed to %1', spec.cluster)}
        </h3>
        <p>
          {trans.__('Its queue decides when it starts; the offers say what it would give now.')}
        </p>
      </section>
    );
  }
  if (!explanation) {
    return (
      <section>
        <h3>{trans.__('It would be refused')}</h3>
        <ul className="jp-ogai-Preview-problems">
          {problems.map((problem, index) => (
            <li key={index}>
              {problem.field && <b>{words.label(problem.field)}: </b>}
              {[problem.message, problem.cause, problem.action].filter(Boolean).join(' ')}
            </li>
          ))}
        </ul>
      </section>
    );
  }
  const now = placement.length > 0;
  const Icon = now ? stateIcons.running : stateIcons.queued;
  return (
    <section>
      <h3>
        <Icon.react tag="span" className="jp-ogai-State" aria-hidden="true" />
        {now
          ? trans.__('It would start now')
          : explanation.starts_in === null
            ? trans.__('It would wait')
            : trans.__('It would start in about %1', words.words.duration(explanation.starts_in))}
      </h3>
      {now ? (
        <ul>
          {grouped(placement).map(([node, parts, gpus]) => (
            <li key={node}>
              {trans.__('on %1', node)}
              {parts > 1 && ` × ${parts}`}
              {gpus.length > 0 &&
                ` · ${trans._n('GPU %2', 'GPUs %2', gpus.length, gpus.join(', '))}`}
            </li>
          ))}
        </ul>
      ) : (
        <p>{explanation.summary}</p>
      )}
      {explanation.would_start.length > 0 && (
        <p className="jp-ogai-Preview-would">
          {trans.__('It would start now with')}{' '}
          {explanation.would_start.map(change => {
            const [, field, value] = /^(\w+)=(\d+)(GiB)?$/.exec(change) ?? [];
            return field && field !== 'memory' ? (
              <button
                key={change}
                type="button"
                className="jp-ogai-Button"
                onClick={() => take(field, Number(value))}
              >
                {`${words.label(field)}: ${value}`}
              </button>
            ) : (
              <span key={change}>{change}</span>
            );
          })}
        </p>
      )}
    </section>
  );
}

/** Nodes, how many parts of the job each takes, and on which GPUs. */
function grouped(placement: Preview['placement']): [string, number, number[]][] {
  const found = new Map<string, [string, number, number[]]>();
  for (const { node, gpus } of placement) {
    const [, parts, before] = found.get(node) ?? [node, 0, []];
    found.set(node, [node, parts + 1, [...before, ...gpus]]);
  }
  return [...found.values()];
}

function Luggage(props: { preview: Preview; words: LaunchWords }): React.JSX.Element | null {
  const { preview, words } = props;
  const { trans } = words.words;
  const { luggage } = preview;
  if (!luggage) {
    return null;
  }
  const out = luggage.left_out_count;
  return (
    <section>
      <h3>{trans.__('What travels with it')}</h3>
      <p>
        {trans._n('%1 file', '%1 files', luggage.files)} · {words.size(luggage.size)}
      </p>
      {out > 0 && (
        <details>
          <summary>{trans._n('%1 path stays behind', '%1 paths stay behind', out)}</summary>
          <ul className="jp-ogai-Preview-left">
            {luggage.left_out.map(({ path, reason }) => (
              <li key={path}>
                <code>{path}</code> {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function CodeView(props: { code: Code; words: LaunchWords }): React.JSX.Element {
  const { code, words } = props;
  const { trans } = words.words;
  const [form, setForm] = React.useState<Form>('python');
  const [copied, setCopied] = React.useState('');
  const forms: [Form, string][] = [
    ['python', 'Python'],
    ['magic', trans.__('Magic')],
    ['command', trans.__('Command line')]
  ];
  return (
    <section>
      <h3>{trans.__('The same as code')}</h3>
      <div className="jp-ogai-Kinds" role="radiogroup" aria-label={trans.__('Form of the code')}>
        {forms.map(([one, label]) => (
          <label key={one} className={one === form ? 'jp-mod-chosen' : ''}>
            <input
              type="radio"
              name="ogai-code-form"
              checked={one === form}
              onChange={() => setForm(one)}
            />
            {label}
          </label>
        ))}
        <button
          type="button"
          className="jp-ogai-Button"
          onClick={() => {
            Clipboard.copyToSystem(code[form]);
            setCopied(code[form]);
          }}
        >
          {copied === code[form] ? trans.__('Copied') : trans.__('Copy')}
        </button>
      </div>
      <pre tabIndex={0} aria-label={forms.find(([one]) => one === form)![1]}>
        {code[form]}
      </pre>
    </section>
  );
}
