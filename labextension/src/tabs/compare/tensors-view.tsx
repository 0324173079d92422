import * as React from 'react';

import type { TensorDiff } from '../../api/comparisons';
import { plain } from '../../ansi';
import { ProblemFace } from '../../face';
import { useAsked } from './asked';
import type { IBench } from './compare-tab';
import type { ISubject } from './models-view';

const LAYERS = 30;

/** How far the weights of each version are from the baseline's; read on demand, for it reads them. */
export function TensorsView(props: { bench: IBench; subjects: ISubject[] }): React.JSX.Element {
  const { bench, subjects } = props;
  const { trans } = bench.lab.words;
  const [open, setOpen] = React.useState(false);
  const [base, ...others] = subjects as [ISubject, ...ISubject[]];
  return (
    <details className="jp-ogai-Tensors" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{trans.__('Weights')}</summary>
      {open &&
        others.map(other => (
          <Pair
            key={`${other.ref.name}@${other.ref.revision}`}
            bench={bench}
            base={base}
            other={other}
          />
        ))}
    </details>
  );
}

function Pair(props: { bench: IBench; base: ISubject; other: ISubject }): React.JSX.Element {
  const { bench, base, other } = props;
  const { words } = bench.lab;
  const { trans } = words;
  const asked = useAsked(bench, JSON.stringify([base.ref, other.ref]), signal =>
    bench.api.tensors(base.ref, other.ref, signal)
  );
  return (
    <section aria-label={trans.__('Weights of %1 against %2', other.name, base.name)}>
      <h4>{trans.__('%1 against %2', other.name, base.name)}</h4>
      {asked.value ? (
        <Summary found={asked.value} bench={bench} />
      ) : asked.problem ? (
        <ProblemFace problem={asked.problem} words={words} retry={asked.retry} />
      ) : (
        <p>{trans.__('Reading the weights…')}</p>
      )}
    </section>
  );
}

function Summary(props: { found: TensorDiff; bench: IBench }): React.JSX.Element {
  const { found, bench } = props;
  const { words } = bench.lab;
  const { trans } = words;
  const percent = (value: number | null | undefined) =>
    value === null || value === undefined ? '—' : `${words.number(100 * value)} %`;
  const layers = found.layers
    .filter(one => one.changed > 0)
    .sort((a, b) => (b.relative ?? 0) - (a.relative ?? 0));
  const most = Math.max(...layers.map(one => one.relative ?? 0), 1e-12);
  return (
    <>
      <p>
        {trans.__(
          'Tensors: %1 changed, %2 the same, %3 added, %4 removed.',
          words.number(found.changed),
          words.number(found.same),
          words.number(found.added),
          words.number(found.removed)
        )}{' '}
        {found.relative !== null &&
          trans.__('All together moved by %1 of their length.', percent(found.relative))}
      </p>
      {layers.length > 0 && (
        <div className="jp-ogai-Compare-scroll">
          <table className="jp-ogai-Table">
            <thead>
              <tr>
                <th scope="col">{trans.__('Layer')}</th>
                <th scope="col">{trans.__('Changed tensors')}</th>
                <th scope="col">{trans.__('Moved by')}</th>
              </tr>
            </thead>
            <tbody>
              {layers.slice(0, LAYERS).map(layer => (
                <tr key={layer.layer}>
                  <th scope="row">{plain(layer.layer)}</th>
                  <td>
                    {words.number(layer.changed)} / {words.number(layer.tensors)}
                  </td>
                  <td>
                    <span className="jp-ogai-Tensors-bar" aria-hidden="true">
                      <span style={{ width: `${(100 * (layer.relative ?? 0)) / most}%` }} />
                    </span>{' '}
                    {percent(layer.relative)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {layers.length > LAYERS && (
        <p>{trans.__('The %1 layers that moved most, of %2.', LAYERS, layers.length)}</p>
      )}
      {found.files_changed.length > 0 && (
        <p>{trans.__('Other files that differ: %1', found.files_changed.map(plain).join(', '))}</p>
      )}
    </>
  );
}
