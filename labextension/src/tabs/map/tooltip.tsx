import * as React from 'react';

import type { ICell } from './cells';
import type { NodeWords } from './node-words';
import { Swatch } from './swatch';

const AWAY = 14;

/** What the pointer is over, beside it. What it says can be had by the keyboard in the readout. */
export function Tooltip(props: {
  cell: ICell;
  x: number;
  y: number;
  words: NodeWords;
}): React.JSX.Element {
  const { cell, x, y, words } = props;
  const box = React.useRef<HTMLDivElement>(null);
  const [place, setPlace] = React.useState<React.CSSProperties>({ visibility: 'hidden' });
  React.useLayoutEffect(() => {
    const element = box.current!;
    const { clientWidth, clientHeight } = element.parentElement!;
    const { offsetWidth: width, offsetHeight: height } = element;
    const left = x + AWAY + width > clientWidth ? x - AWAY - width : x + AWAY;
    const top = y + AWAY + height > clientHeight ? y - AWAY - height : y + AWAY;
    setPlace({ left: Math.max(0, left), top: Math.max(0, top) });
  }, [cell, x, y]);
  return (
    <div className="jp-ogai-Tooltip" ref={box} style={place} aria-hidden="true">
      <b>{words.place(cell)}</b>
      <span className="jp-ogai-Tooltip-state">
        <Swatch occupancy={cell.occupancy} /> {words.occupancy(cell.occupancy)}
      </span>
      <dl>
        {words.facts(cell).map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
      </dl>
    </div>
  );
}
