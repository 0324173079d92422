import * as React from 'react';

import { plain } from '../../../ansi';
import type { Words } from '../../../words';
import { bytes } from './bytes';
import { rowsOf, type INode, type IRow } from './file-tree';

/** Lines that are drawn at most; a folder that holds more is better searched. */
const MOST_ROWS = 2_000;

/** The files of a snapshot as a tree: arrows move and open, Enter and a click show a file. */
export function FileTree(props: {
  tree: readonly INode[];
  open: ReadonlySet<string>;
  setOpen: (open: ReadonlySet<string>) => void;
  chosen: string | undefined;
  choose: (path: string) => void;
  words: Words;
}): React.JSX.Element {
  const { tree, open, setOpen, chosen, choose, words } = props;
  const { trans } = words;
  const list = React.useRef<HTMLUListElement>(null);
  const rows = rowsOf(tree, open);
  const shown = rows.slice(0, MOST_ROWS);
  const [current, setCurrent] = React.useState(chosen ?? shown[0]?.node.path);
  const focusable = shown.some(({ node }) => node.path === current) ? current : shown[0]?.node.path;

  const toggle = (path: string) => {
    const next = new Set(open);
    if (!next.delete(path)) {
      next.add(path);
    }
    setOpen(next);
  };
  const act = ({ node }: IRow) => {
    setCurrent(node.path);
    if (node.children) {
      toggle(node.path);
    } else {
      choose(node.path);
    }
  };
  const go = (row: IRow | undefined) => {
    if (row) {
      setCurrent(row.node.path);
      const node = list.current?.querySelector<HTMLElement>(
        `[data-path="${CSS.escape(row.node.path)}"]`
      );
      node?.focus();
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = shown.findIndex(({ node }) => node.path === focusable);
    const row = shown[at];
    if (!row) {
      return;
    }
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(shown[at + 1]),
      ArrowUp: () => go(shown[at - 1]),
      Home: () => go(shown[0]),
      End: () => go(shown[shown.length - 1]),
      ArrowRight: () =>
        row.expanded === false ? toggle(row.node.path) : row.expanded && go(shown[at + 1]),
      ArrowLeft: () =>
        row.expanded
          ? toggle(row.node.path)
          : go([...shown.slice(0, at)].reverse().find(({ level }) => level < row.level)),
      Enter: () => act(row),
      ' ': () => act(row)
    };
    const key = keys[event.key];
    if (key) {
      event.preventDefault();
      key();
    }
  };
  return (
    <>
      <ul
        className="jp-ogai-FileTree"
        role="tree"
        aria-label={trans.__('Files')}
        ref={list}
        onKeyDown={onKeyDown}
      >
        {shown.map(row => (
          <Line
            key={row.node.path}
            row={row}
            words={words}
            chosen={row.node.path === chosen}
            focusable={row.node.path === focusable}
            act={() => act(row)}
          />
        ))}
      </ul>
      {rows.length > MOST_ROWS && (
        <p className="jp-ogai-Quiet">
          {trans.__('%1 more lines: close folders to see them.', rows.length - MOST_ROWS)}
        </p>
      )}
    </>
  );
}

function Line(props: {
  row: IRow;
  words: Words;
  chosen: boolean;
  focusable: boolean;
  act: () => void;
}): React.JSX.Element {
  const { row, words, chosen, focusable, act } = props;
  const { node, level, expanded, position, siblings } = row;
  const sign = expanded === undefined ? '' : expanded ? '▾' : '▸';
  return (
    <li
      role="treeitem"
      data-path={node.path}
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-expanded={expanded}
      aria-selected={chosen}
      tabIndex={focusable ? 0 : -1}
      style={{ paddingInlineStart: `${level * 14 - 6}px` }}
      onClick={act}
    >
      <span className="jp-ogai-FileTree-sign" aria-hidden="true">
        {sign}
      </span>
      <span className="jp-ogai-FileTree-name">
        {plain(node.name)}
        {node.children && '/'}
      </span>
      <span className="jp-ogai-FileTree-size">{bytes(node.size, words.locale)}</span>
    </li>
  );
}
