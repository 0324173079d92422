import * as React from 'react';

import { plain } from '../../../ansi';
import type { Job } from '../../../api/types';
import type { Words } from '../../../words';
import { looksSecret, shownValue } from '../spec/secrets';

/** Nodes that are listed; of more, the first. */
const LISTED_NODES = 100;

/** What surrounds the program: its Python, its variables, its nodes and ranks. */
export function Environment(props: { job: Job; words: Words }): React.JSX.Element {
  const { job, words } = props;
  const { trans } = words;
  const { spec } = job;
  const facts: [string, string][] = [
    [trans.__('Python'), spec.python ?? trans.__('that of the one who submitted it')],
    [trans.__('Working folder'), spec.workdir ?? trans.__('none')],
    ...(spec.include.length > 0
      ? [[trans.__('Only these paths'), spec.include.join(', ')] as [string, string]]
      : []),
    ...(spec.preload.length > 0
      ? [[trans.__('Imported in advance'), spec.preload.join(', ')] as [string, string]]
      : []),
    [trans.__('Outputs'), job.output ?? trans.__('none yet')]
  ];
  return (
    <section className="jp-ogai-Code-section">
      <h3>{trans.__('Environment')}</h3>
      <dl className="jp-ogai-Facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <code>{plain(value)}</code>
            </dd>
          </div>
        ))}
      </dl>
      <div className="jp-ogai-Code-columns">
        <Variables job={job} words={words} />
        <Nodes job={job} words={words} />
      </div>
    </section>
  );
}

function Variables(props: { job: Job; words: Words }): React.JSX.Element {
  const { job, words } = props;
  const { trans } = words;
  const variables = Object.entries(job.spec.environment).sort(([a], [b]) => a.localeCompare(b));
  return (
    <section>
      <h4>{trans.__('Variables')}</h4>
      {variables.length === 0 ? (
        <p className="jp-ogai-Quiet">{trans.__('None were given.')}</p>
      ) : (
        <table className="jp-ogai-Table">
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col">{trans.__('Value')}</th>
            </tr>
          </thead>
          <tbody>
            {variables.map(([name, value]) => (
              <tr key={name}>
                <td>
                  <code>{plain(name)}</code>
                </td>
                <td title={looksSecret(name) ? trans.__('A secret, by its name') : undefined}>
                  <code>{plain(shownValue(name, value))}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Nodes(props: { job: Job; words: Words }): React.JSX.Element {
  const { job, words } = props;
  const { trans } = words;
  const { spec } = job;
  const ranks = spec.processes ?? Math.max(1, spec.gpus);
  const count = Math.max(spec.nodes, job.node_names.length);
  const shown = Array.from({ length: Math.min(count, LISTED_NODES) }, (_, place) => place);
  return (
    <section>
      <h4>{trans.__('Nodes and ranks')}</h4>
      <table className="jp-ogai-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Node')}</th>
            <th scope="col">{trans.__('Ranks')}</th>
            <th scope="col">{trans.__('Cores')}</th>
            <th scope="col">{trans.__('GPUs')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(place => {
            const first = place * ranks;
            return (
              <tr key={place}>
                <th scope="row">{job.node_names[place] ?? trans.__('not placed yet')}</th>
                <td>{ranks === 1 ? first : `${first} – ${first + ranks - 1}`}</td>
                <td>{words.number(spec.cpus ?? ranks)}</td>
                <td>{spec.gpus}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {count > LISTED_NODES && (
        <p className="jp-ogai-Quiet">{trans.__('The first %1 are listed.', LISTED_NODES)}</p>
      )}
    </section>
  );
}
