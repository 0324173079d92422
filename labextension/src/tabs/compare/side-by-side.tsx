import * as React from 'react';

import { plain } from '../../ansi';
import type { Words } from '../../words';
import { Scalar } from '../job/spec/spec-tree';
import { sideBySide } from './rows';

/** Documents side by side: what differs, and on demand what does not. */
export function SideBySide(props: {
  title: string;
  names: string[];
  documents: readonly unknown[];
  words: Words;
}): React.JSX.Element {
  const { title, names, documents, words } = props;
  const { trans } = words;
  const [all, setAll] = React.useState(false);
  const key = JSON.stringify(documents);
  const rows = React.useMemo(() => sideBySide(documents), [key]);
  const differing = rows.filter(row => row.differs).length;
  const shown = rows.filter(row => all || row.differs);
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <div className="jp-ogai-Bar">
        <span role="status">
          {differing === 0
            ? trans.__('They do not differ.')
            : trans._n('%1 value differs', '%1 values differ', differing)}
        </span>
        <label>
          <input type="checkbox" checked={all} onChange={event => setAll(event.target.checked)} />
          {trans.__('With what is the same')}
        </label>
      </div>
      {shown.length > 0 && (
        <div className="jp-ogai-Compare-scroll">
          <table className="jp-ogai-Table">
            <thead>
              <tr>
                <th scope="col">{trans.__('What')}</th>
                {names.map((name, index) => (
                  <th key={index} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(({ path, values, differs }) => (
                <tr key={path.join('\n')} data-verdict={differs ? 'changed' : 'same'}>
                  <th scope="row">{plain(path.join(' › '))}</th>
                  {values.map((value, index) => (
                    <td key={index}>
                      <Scalar value={value} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
