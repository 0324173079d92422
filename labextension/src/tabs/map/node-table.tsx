import * as React from 'react';

import type { Node } from '../../api/types';
import { Gauge } from './gauge';
import type { NodeWords } from './node-words';
import { nextSort, rowOf, sortRows, type Column, type IRow, type ISort } from './rows';
import { HealthMark, StateMark } from './marks';

const ROW = 30;
const HEAD = 32;
const OVERSCAN = 8;

/**
 * The nodes as a table that renders the rows in sight alone: sorted by any column, arrow keys move
 * between rows, Enter opens a node.
 */
export function NodeTable(props: {
  nodes: readonly Node[];
  words: NodeWords;
  onOpen: (name: string) => void;
}): React.JSX.Element {
  const { nodes, words, onOpen } = props;
  const { trans } = words.words;
  const [sort, setSort] = React.useState<ISort>({ column: 'name', descending: false });
  const rows = React.useMemo(() => sortRows(nodes.map(rowOf), sort), [nodes, sort]);
  const scroller = React.useRef<HTMLDivElement>(null);
  const [view, setView] = React.useState({ top: 0, height: 600 });
  const [name, setName] = React.useState('');
  const moved = React.useRef(false);
  const current = Math.max(
    0,
    rows.findIndex(({ node }) => node.name === name)
  );

  const first = Math.max(0, Math.floor(view.top / ROW) - OVERSCAN);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW) + OVERSCAN);

  React.useLayoutEffect(() => {
    const element = scroller.current!;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  React.useLayoutEffect(() => {
    if (moved.current) {
      moved.current = false;
      scroller.current?.querySelector<HTMLElement>('[tabindex="0"][data-node]')?.focus({
        preventScroll: true
      });
    }
  });

  const go = (to: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    const element = scroller.current!;
    const room = element.clientHeight - HEAD;
    if (index * ROW < element.scrollTop) {
      element.scrollTop = index * ROW;
    } else if ((index + 1) * ROW > element.scrollTop + room) {
      element.scrollTop = (index + 1) * ROW - room;
    }
    moved.current = true;
    setView({ top: element.scrollTop, height: element.clientHeight });
    setName(rows[index]!.node.name);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const page = Math.max(1, Math.floor((view.height - HEAD) / ROW) - 1);
    const targets: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: rows.length - 1
    };
    const target = targets[event.key];
    if (target !== undefined && (event.target as HTMLElement).dataset.node !== undefined) {
      go(target);
      event.preventDefault();
      event.stopPropagation();
    }
  };

  const columns: [Column, string][] = [
    ['name', trans.__('Node')],
    ['rack', trans.__('Rack')],
    ['state', trans.__('State')],
    ['health', trans.__('Health')],
    ['idle', trans.__('Free GPUs')],
    ['use', trans.__('Use')],
    ['hot', trans.__('Hottest GPU')],
    ['cores', trans.__('Free cores')],
    ['owners', trans.__('Owners')]
  ];
  return (
    <div
      className="jp-ogai-NodeTable"
      ref={scroller}
      onScroll={({ currentTarget: box }) =>
        setView({ top: box.scrollTop, height: box.clientHeight })
      }
      onKeyDown={onKeyDown}
    >
      <table aria-label={trans.__('Nodes')} aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(([column, label]) => (
              <Head
                key={column}
                column={column}
                label={label}
                sort={sort}
                onSort={() => setSort(nextSort(sort, column))}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} columns={columns.length} />
          {rows.slice(first, last).map((row, place) => (
            <Row
              key={row.node.name}
              row={row}
              index={first + place}
              reached={first + place === current || (current < first && place === 0)}
              words={words}
              onOpen={onOpen}
              onFocus={() => setName(row.node.name)}
            />
          ))}
          <Spacer rows={rows.length - last} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

function Head(props: {
  column: Column;
  label: string;
  sort: ISort;
  onSort: () => void;
}): React.JSX.Element {
  const { column, label, sort, onSort } = props;
  const sorted = sort.column === column;
  const way = sorted ? (sort.descending ? 'descending' : 'ascending') : 'none';
  return (
    <th scope="col" aria-sort={way} data-column={column}>
      <button onClick={onSort}>
        {label}
        <span aria-hidden="true">{sorted ? (sort.descending ? ' ▼' : ' ▲') : ''}</span>
      </button>
    </th>
  );
}

function Row(props: {
  row: IRow;
  index: number;
  reached: boolean;
  words: NodeWords;
  onOpen: (name: string) => void;
  onFocus: () => void;
}): React.JSX.Element {
  const { row, index, reached, words, onOpen, onFocus } = props;
  const { node, idle, use, hot, owners } = row;
  const { number } = bound(words);
  return (
    <tr aria-rowindex={index + 2} onDoubleClick={() => onOpen(node.name)}>
      <th scope="row" data-column="name">
        <button
          className="jp-ogai-Link"
          data-node={node.name}
          tabIndex={reached ? 0 : -1}
          onClick={() => onOpen(node.name)}
          onFocus={onFocus}
        >
          {node.name}
        </button>
      </th>
      <td data-column="rack">{node.rack}</td>
      <td data-column="state">
        <StateMark state={node.state} words={words} />
      </td>
      <td data-column="health">
        <HealthMark health={node.health} words={words} />
      </td>
      <td data-column="idle">
        {node.gpus.length > 0 && `${number(idle)} / ${number(node.gpus.length)}`}
      </td>
      <td data-column="use">{use !== null && <Gauge share={use} text={words.percent(use)} />}</td>
      <td data-column="hot">{hot !== null && words.degrees(hot)}</td>
      <td data-column="cores">
        {number(Math.floor(node.cpus_free))} / {number(node.cpus)}
      </td>
      <td data-column="owners">{owners.join(', ')}</td>
    </tr>
  );
}

function Spacer(props: { rows: number; columns: number }): React.JSX.Element | null {
  return props.rows > 0 ? (
    <tr aria-hidden="true" className="jp-ogai-NodeTable-spacer">
      <td colSpan={props.columns} style={{ height: props.rows * ROW }} />
    </tr>
  ) : null;
}

function bound({ words }: NodeWords) {
  return { number: (value: number) => words.number(value) };
}
