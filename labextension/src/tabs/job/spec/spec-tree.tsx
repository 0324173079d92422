import * as React from 'react';

import { plain } from '../../../ansi';

/** Past this many characters a text is folded. */
const LONG = 400;

/** A document of JSON as people write YAML: names, colons, indentation. */
export function SpecTree(props: { value: unknown; label: string }): React.JSX.Element {
  return (
    <div className="jp-ogai-Spec-tree" role="group" aria-label={props.label} tabIndex={0}>
      <Value value={props.value} />
    </div>
  );
}

function Value({ value }: { value: unknown }): React.JSX.Element {
  if (Array.isArray(value) && value.length > 0) {
    return (
      <ol>
        {value.map((item: unknown, place) => (
          <li key={place}>
            <Value value={item} />
          </li>
        ))}
      </ol>
    );
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    return (
      <dl>
        {Object.entries(value as Record<string, unknown>).map(([name, item]) => (
          <div key={name} data-flat={isFlat(item)}>
            <dt translate="no">{plain(name)}</dt>
            <dd>
              <Value value={item} />
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  return <Scalar value={value} />;
}

/** One value as text. */
export function Scalar({ value }: { value: unknown }): React.JSX.Element {
  if (typeof value !== 'string') {
    const text = value === undefined ? '—' : JSON.stringify(value);
    return <code data-type={value === null ? 'null' : typeof value}>{text}</code>;
  }
  if (value.includes('\n') || value.length > LONG) {
    const text = value.split('\n').map(plain).join('\n');
    return <pre tabIndex={0}>{text}</pre>;
  }
  return <code data-type="string">{value === '' ? '""' : plain(value)}</code>;
}

/** Whether a value stands on the line of its name. */
function isFlat(value: unknown): boolean {
  const isTree = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  return !isTree && !(typeof value === 'string' && (value.includes('\n') || value.length > LONG));
}
