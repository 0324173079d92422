import * as React from 'react';

import type { Occupancy } from './cells';

/** The shape of a cell, as the map draws it, for a legend or a row of the table. */
export function Swatch(props: { occupancy: Occupancy; colour?: string }): React.JSX.Element {
  const { occupancy, colour = 'currentColor' } = props;
  const frame = <rect x="1" y="1" width="12" height="12" fill="none" stroke={colour} />;
  const inside: Record<Occupancy, React.JSX.Element> = {
    used: <rect width="14" height="14" fill={colour} />,
    idle: frame,
    reserved: (
      <>
        {frame}
        <circle cx="7" cy="7" r="2.4" fill={colour} />
      </>
    ),
    drain: (
      <>
        {frame}
        <path d="M5 1 1 5M9.5 1 1 9.5M13 2 2 13M13 6.5 6.5 13" stroke={colour} />
      </>
    ),
    fault: <path d="M2 2 12 12M12 2 2 12" stroke={colour} strokeWidth="2" />
  };
  return (
    <svg className="jp-ogai-Swatch" viewBox="0 0 14 14" aria-hidden="true" strokeWidth="1.5">
      {inside[occupancy]}
    </svg>
  );
}
