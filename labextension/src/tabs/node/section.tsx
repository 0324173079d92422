import * as React from 'react';

/** A titled part of a node's page. */
export function Section(props: {
  title: string;
  action?: { label: string; run: () => void; busy?: boolean };
  children: React.ReactNode;
}): React.JSX.Element {
  const { title, action, children } = props;
  const id = React.useId();
  return (
    <section className="jp-ogai-NodeSection" aria-labelledby={id}>
      <header>
        <h3 id={id}>{title}</h3>
        {action && (
          <button className="jp-ogai-Button" disabled={action.busy} onClick={action.run}>
            {action.label}
          </button>
        )}
      </header>
      {children}
    </section>
  );
}

/** What a node is, name by name; what is not known is left out. */
export function Facts(props: {
  facts: readonly (readonly [string, string | null])[];
}): React.JSX.Element {
  return (
    <dl className="jp-ogai-NodeFacts">
      {props.facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd translate="no">{value}</dd>
          </React.Fragment>
        ))}
    </dl>
  );
}

/** The shape of a page that comes. */
export function Loading(props: { label: string }): React.JSX.Element {
  return (
    <div className="jp-ogai-Node-loading" role="status" aria-label={props.label}>
      {Array.from({ length: 4 }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}

/** A plain table: a head, and rows of as many cells; the first cell names its row. */
export function Grid(props: {
  label: string;
  head: readonly string[];
  rows: readonly (readonly React.ReactNode[])[];
}): React.JSX.Element {
  const { label, head, rows } = props;
  return (
    <div className="jp-ogai-NodeGrid" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map(title => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, column) =>
                column === 0 ? (
                  <th key={column} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={column}>{cell}</td>
                )
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
