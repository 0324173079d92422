import {
  caretDownEmptyThinIcon,
  caretUpEmptyThinIcon,
  caseSensitiveIcon,
  closeIcon,
  regexIcon,
  type LabIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ILogQuery } from '../../api/logs';
import type { Words } from '../../words';
import type { LogSearch } from './log-search';

/** Typing for so long is one wish to search. */
const TYPING = 200;

/** Where one says what to find in all of the log, sees how often it is there and goes through it. */
export function FindBar(props: {
  search: LogSearch;
  words: Words;
  query: ILogQuery;
  /** Counts the times that the bar was asked for, so that it takes the focus again. */
  asked: number;
  setQuery: (query: ILogQuery) => void;
  step: (by: 1 | -1) => void;
  close: () => void;
}): React.JSX.Element {
  const { search, words, query, asked, setQuery, step, close } = props;
  const { trans } = words;
  const input = React.useRef<HTMLInputElement>(null);
  const [text, setText] = React.useState(query.text);
  React.useEffect(() => input.current?.select(), [asked]);
  React.useEffect(() => {
    if (text === query.text) {
      return undefined;
    }
    const timer = setTimeout(() => setQuery({ ...query, text }), TYPING);
    return () => clearTimeout(timer);
  }, [text, query]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') {
      close();
    } else if (event.key === 'Enter' && event.target === input.current) {
      if (text !== query.text) {
        setQuery({ ...query, text });
      } else {
        step(event.shiftKey ? -1 : 1);
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const none = search.count === 0;
  return (
    <div
      className="jp-ogai-FindBar"
      role="search"
      aria-label={trans.__('Find in the log')}
      onKeyDown={onKeyDown}
    >
      <input
        ref={input}
        type="text"
        spellCheck={false}
        maxLength={1000}
        aria-label={trans.__('Find in all lines')}
        aria-invalid={search.problem !== undefined}
        placeholder={trans.__('Find in all lines')}
        value={text}
        onChange={event => setText(event.target.value)}
      />
      <Toggle
        icon={caseSensitiveIcon}
        label={trans.__('Match case')}
        on={query.case}
        set={on => setQuery({ ...query, text, case: on })}
      />
      <Toggle
        icon={regexIcon}
        label={trans.__('Regular expression (RE2)')}
        on={query.pattern}
        set={on => setQuery({ ...query, text, pattern: on })}
      />
      <span className="jp-ogai-FindBar-count" role="status">
        {countText(search, words)}
      </span>
      <Toggle
        icon={caretUpEmptyThinIcon}
        label={trans.__('Previous match (Shift+Enter)')}
        disabled={none}
        set={() => step(-1)}
      />
      <Toggle
        icon={caretDownEmptyThinIcon}
        label={trans.__('Next match (Enter)')}
        disabled={none}
        set={() => step(1)}
      />
      <Toggle icon={closeIcon} label={trans.__('Close (Esc)')} set={close} />
    </div>
  );
}

/** A button with a picture; with `on` it is a switch. */
export function Toggle(props: {
  icon: LabIcon;
  label: string;
  on?: boolean;
  disabled?: boolean;
  set: (on: boolean) => void;
}): React.JSX.Element {
  const { icon: Icon, label, on, disabled, set } = props;
  return (
    <button
      className="jp-ogai-IconButton"
      title={label}
      aria-label={label}
      aria-pressed={on}
      disabled={disabled}
      onClick={() => set(!on)}
    >
      <Icon.react tag="span" />
    </button>
  );
}

function countText(search: LogSearch, words: Words): string {
  const { trans } = words;
  if (!search.query) {
    return '';
  }
  if (search.problem) {
    return search.problem.message;
  }
  const count = words.number(search.count);
  if (search.running) {
    return trans.__('%1 lines so far · %2%', count, Math.round(100 * search.progress));
  }
  if (search.count === 0) {
    return trans.__('Not found');
  }
  return search.current >= 0
    ? trans.__('%1 of %2 lines', words.number(search.current + 1), count)
    : trans._n('%1 line', '%1 lines', search.count);
}
