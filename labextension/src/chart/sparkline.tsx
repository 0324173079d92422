import * as React from 'react';

import { sparkPath } from './spark-path';

const WIDTH = 64;
const HEIGHT = 16;

/** A small curve without axes, for a row of a list. `label` says in words what it shows. */
export function Sparkline(props: {
  values: readonly (number | null)[];
  label: string;
  /** The range of the values; their own when absent. */
  range?: readonly [low: number, high: number];
}): React.JSX.Element {
  const { values, label, range } = props;
  const path = React.useMemo(
    () => sparkPath(values, { width: WIDTH, height: HEIGHT, ...(range ? { range } : {}) }),
    [values, range?.[0], range?.[1]]
  );
  return (
    <svg
      className="jp-ogai-Sparkline"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      preserveAspectRatio="none"
    >
      <title>{label}</title>
      <path d={path.area} className="jp-ogai-Sparkline-area" />
      <path d={path.line} className="jp-ogai-Sparkline-line" />
    </svg>
  );
}
