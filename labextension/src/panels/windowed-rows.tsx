import * as React from 'react';

/** Rows rendered beyond each edge, so that a quick scroll meets no blank. */
const OVERSCAN = 6;

interface IWindowedRowsProps<T> {
  items: readonly T[];
  rowHeight: number;
  label: string;
  keyOf: (item: T) => string;
  render: (item: T, row: IRow) => React.ReactNode;
  /** Enter or a double click on a row. */
  onOpen: (item: T) => void;
  /** Delete on a row. */
  onDelete?: (item: T) => void;
  /** Any other key on a row; true when it means something. */
  onKey?: (item: T, key: string) => boolean;
  /** The last rows came into sight. */
  onEnd?: () => void;
  /** A tree of rows says so. */
  role?: 'grid' | 'treegrid';
}

/** Where a row stands and whether it is the one that Tab reaches. */
export interface IRow {
  index: number;
  current: boolean;
  props: React.HTMLAttributes<HTMLDivElement> & React.RefAttributes<HTMLDivElement>;
}

/**
 * A list of any length that renders only the rows in sight, as an ARIA grid: arrows, Home, End
 * and Page keys move between rows, Tab goes into the buttons of the current one.
 */
export function WindowedRows<T>(props: IWindowedRowsProps<T>): React.JSX.Element {
  const { items, rowHeight, label, keyOf, render, onOpen, onDelete, onKey, onEnd } = props;
  const scroller = React.useRef<HTMLDivElement>(null);
  const currentRow = React.useRef<HTMLDivElement>(null);
  const moved = React.useRef(false);
  const [top, setTop] = React.useState(0);
  const height = useHeight(scroller);
  const [currentKey, setCurrentKey] = React.useState('');

  const current = Math.max(
    0,
    items.findIndex(item => keyOf(item) === currentKey)
  );
  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const last = Math.min(items.length, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  if (current < items.length && (current < first || current >= last)) {
    indices.push(current); // keeps the keyboard's place while the mouse scrolls elsewhere
  }

  React.useEffect(() => {
    if (last >= items.length) {
      onEnd?.();
    }
  }, [last, items.length, onEnd]);

  React.useLayoutEffect(() => {
    if (moved.current) {
      moved.current = false;
      currentRow.current?.focus({ preventScroll: true });
    }
  });

  const move = (to: number) => {
    const index = Math.max(0, Math.min(items.length - 1, to));
    const box = scroller.current!;
    if (index * rowHeight < box.scrollTop) {
      box.scrollTop = index * rowHeight;
    } else if ((index + 1) * rowHeight > box.scrollTop + box.clientHeight) {
      box.scrollTop = (index + 1) * rowHeight - box.clientHeight;
    }
    moved.current = true;
    setTop(box.scrollTop);
    setCurrentKey(keyOf(items[index]!));
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const targets: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: items.length - 1
    };
    const target = targets[event.key];
    const onRow = event.target === currentRow.current;
    if (target !== undefined) {
      move(target);
    } else if (event.key === 'Enter' && onRow) {
      onOpen(items[current]!);
    } else if (event.key === 'Delete' && onRow && onDelete) {
      onDelete(items[current]!);
    } else if (!(onRow && onKey?.(items[current]!, event.key))) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      className="jp-ogai-Rows"
      ref={scroller}
      role={props.role ?? 'grid'}
      aria-label={label}
      aria-rowcount={items.length}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div
        role="rowgroup"
        className="jp-ogai-Rows-all"
        style={{ height: items.length * rowHeight }}
      >
        {indices.map(index => {
          const item = items[index]!;
          const key = keyOf(item);
          const rowProps: IRow['props'] = {
            role: 'row',
            'aria-rowindex': index + 1,
            tabIndex: index === current ? 0 : -1,
            style: { top: index * rowHeight, height: rowHeight },
            onFocus: () => setCurrentKey(key),
            onDoubleClick: () => onOpen(item)
          };
          if (index === current) {
            rowProps.ref = currentRow;
          }
          return (
            <React.Fragment key={key}>
              {render(item, { index, current: index === current, props: rowProps })}
            </React.Fragment>
          );
        })}
      </div>
    </div>
  );
}

function useHeight(box: React.RefObject<HTMLElement>): number {
  const [height, setHeight] = React.useState(0);
  React.useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    setHeight(element.clientHeight);
    return () => observer.disconnect();
  }, [box]);
  return height;
}
