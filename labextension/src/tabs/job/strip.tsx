import * as React from 'react';

/** One tab of a strip. */
export interface IStripTab<T extends string> {
  id: T;
  label: string;
  /** A number that stands behind the label. */
  count?: number | undefined;
}

/** The strip of tabs inside a tab: one stop for the Tab key, arrows move, Home and End too. */
export function Strip<T extends string>(props: {
  label: string;
  /** What the ids of the tabs and of their panel begin with. */
  prefix: string;
  tabs: readonly IStripTab<T>[];
  current: T;
  choose: (id: T) => void;
}): React.JSX.Element {
  const { label, prefix, tabs, current, choose } = props;
  const strip = React.useRef<HTMLDivElement>(null);
  const go = (place: number) => {
    const tab = tabs[(place + tabs.length) % tabs.length]!;
    choose(tab.id);
    const node = strip.current?.querySelector<HTMLElement>(`#${tabId(prefix, tab.id)}`);
    node?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const place = tabs.findIndex(({ id }) => id === current);
    const targets: Record<string, number> = {
      ArrowRight: place + 1,
      ArrowLeft: place - 1,
      Home: 0,
      End: tabs.length - 1
    };
    const target = targets[event.key];
    if (target !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      go(target);
    }
  };
  return (
    <div
      className="jp-ogai-Strip"
      role="tablist"
      aria-label={label}
      ref={strip}
      onKeyDown={onKeyDown}
    >
      {tabs.map(({ id, label: text, count }) => (
        <button
          key={id}
          id={tabId(prefix, id)}
          role="tab"
          className="jp-ogai-Strip-tab"
          aria-selected={id === current}
          aria-controls={panelId(prefix)}
          tabIndex={id === current ? 0 : -1}
          onClick={() => choose(id)}
        >
          <span className="jp-ogai-Strip-label" data-text={text}>
            {text}
          </span>
          {count !== undefined && <span className="jp-ogai-Strip-count">{count}</span>}
        </button>
      ))}
    </div>
  );
}

export function tabId(prefix: string, id: string): string {
  return `${prefix}-tab-${id}`;
}

export function panelId(prefix: string): string {
  return `${prefix}-panel`;
}
