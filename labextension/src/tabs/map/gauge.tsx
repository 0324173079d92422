import * as React from 'react';

/** A share as a bar with its value beside it. */
export function Gauge(props: { share: number; text: string }): React.JSX.Element {
  const { share, text } = props;
  return (
    <span className="jp-ogai-Gauge">
      <span className="jp-ogai-Gauge-bar" aria-hidden="true">
        <span style={{ width: `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%` }} />
      </span>
      <span>{text}</span>
    </span>
  );
}
