import * as React from 'react';

/** Milliseconds without a key before the filter is applied. */
const TYPING = 250;

/** The line above a list: a filter, how many there are, and what else belongs there. */
export function Filter(props: {
  value: string;
  apply: (text: string) => void;
  placeholder: string;
  label: string;
  count?: string | undefined;
  children?: React.ReactNode;
}): React.JSX.Element {
  const { value, apply, placeholder, label, count, children } = props;
  const [text, setText] = React.useState(value);
  const applied = React.useRef(value);
  const current = React.useRef(apply);
  current.current = apply;
  if (applied.current !== value) {
    applied.current = value; // changed by somebody else
    setText(value);
  }
  React.useEffect(() => {
    if (text === applied.current) {
      return undefined;
    }
    const timer = setTimeout(() => {
      applied.current = text;
      current.current(text);
    }, TYPING);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="jp-ogai-Filter" role="search">
      <input
        type="search"
        value={text}
        placeholder={placeholder}
        aria-label={label}
        onChange={event => setText(event.target.value)}
      />
      {count !== undefined && (
        <span className="jp-ogai-Filter-count" aria-live="polite">
          {count}
        </span>
      )}
      {children}
    </div>
  );
}

/** Whether one of some texts holds a part, whatever its case. */
export function holds(part: string, ...texts: string[]): boolean {
  const wanted = part.trim().toLowerCase();
  return texts.some(text => text.toLowerCase().includes(wanted));
}
