import { Notification } from '@jupyterlab/apputils';
import * as React from 'react';

import { Problem } from '../../api/problem';
import { useResource } from '../../use-resource';
import type { IBench } from './compare-tab';
import { evaluationOn, type ISubject } from './models-view';

/** The data on which versions are compared, and a way to measure what was not measured on them. */
export function DataChoice(props: {
  bench: IBench;
  choices: string[];
  data: string;
  choose: (data: string) => void;
  subjects: ISubject[];
}): React.JSX.Element {
  const { bench, choices, data, choose, subjects } = props;
  const { lab } = bench;
  const { trans } = lab.words;
  const runs = useResource(lab.runs);
  React.useEffect(() => {
    const held = bench.shown ? lab.runs.look() : undefined;
    return () => held?.dispose();
  }, [bench.shown]);
  const prepared = (runs.value ?? []).flatMap(({ name, manifest }) =>
    manifest ? [{ name, digest: manifest }] : []
  );
  const all = [...new Set([...choices, ...prepared.map(one => one.digest)])];
  const name = (digest: string) =>
    prepared.find(one => one.digest === digest)?.name ?? digest.slice(0, 19);
  if (all.length === 0) {
    return (
      <p className="jp-ogai-Compare-note">
        {trans.__(
          'None of them was evaluated, and there are no prepared data to evaluate them on. Prepare a corpus with held-out documents first: ogai.prepare(pipeline).'
        )}
      </p>
    );
  }
  const shown = data || all[0]!;
  const missing = subjects.filter(one => !evaluationOn(one, shown));
  return (
    <div className="jp-ogai-Compare-data" role="group" aria-label={trans.__('Data')}>
      <label>
        {trans.__('Measured on the held-out documents of')}
        <select value={shown} onChange={event => choose(event.target.value)}>
          {all.map(digest => (
            <option key={digest} value={digest}>
              {name(digest)}
            </option>
          ))}
        </select>
      </label>
      {missing.length > 0 && (
        <button
          className="jp-ogai-Button jp-mod-main"
          onClick={() => void evaluate(bench, missing, shown)}
        >
          {trans._n('Evaluate %2', 'Evaluate all %1', missing.length, missing[0]!.name)}
        </button>
      )}
    </div>
  );
}

/** Start the evaluations that are missing. */
export async function evaluate(
  bench: IBench,
  subjects: readonly ISubject[],
  data: string
): Promise<void> {
  try {
    for (const { ref } of subjects) {
      await bench.api.evaluate(ref, data);
    }
  } catch (error) {
    const problem = Problem.from(error);
    Notification.error([problem.message, problem.action].filter(Boolean).join(' '), {
      autoClose: 8000
    });
  }
}
