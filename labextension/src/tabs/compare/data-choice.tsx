import { Notification } from '@jupyterlab/apputils';
import * as React from 'react';

import { Problem } from '../../api/problem';
import { useResource } from '../../use-resource';
import type { IBench } from './compare-tab';
import { evaluationOn, type ISubject } from './models-view';

/** The manifests of the data that were prepared here, with their names. */
export function usePrepared(bench: IBench): ReadonlyMap<string, string> {
  const { runs } = bench.lab;
  const { value } = useResource(runs);
  React.useEffect(() => {
    const held = bench.shown ? runs.look() : undefined;
    return () => held?.dispose();
  }, [runs, bench.shown]);
  return new Map(
    (value ?? []).flatMap(({ name, manifest }): [string, string][] =>
      manifest ? [[manifest, name]] : []
    )
  );
}

/** The data on which versions are compared, and a way to measure what was not measured on them. */
export function DataChoice(props: {
  bench: IBench;
  choices: string[];
  names: ReadonlyMap<string, string>;
  data: string;
  choose: (data: string) => void;
  subjects: ISubject[];
}): React.JSX.Element {
  const { bench, choices, names, data, choose, subjects } = props;
  const { trans } = bench.lab.words;
  if (!data) {
    return (
      <p className="jp-ogai-Compare-note">
        {trans.__(
          'None of them was evaluated, and there are no prepared data to evaluate them on. Prepare a corpus with held-out documents first: ogai.prepare(pipeline).'
        )}
      </p>
    );
  }
  const missing = subjects.filter(one => !evaluationOn(one, data));
  return (
    <div className="jp-ogai-Compare-data" role="group" aria-label={trans.__('Data')}>
      <label>
        {trans.__('Measured on the held-out documents of')}
        <select value={data} onChange={event => choose(event.target.value)}>
          {choices.map(digest => (
            <option key={digest} value={digest}>
              {names.get(digest) ?? digest.slice(0, 19)}
            </option>
          ))}
        </select>
      </label>
      {missing.length > 0 && (
        <button
          className="jp-ogai-Button jp-mod-main"
          onClick={() => void evaluate(bench, missing, data)}
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
