import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

/** A button in a row; Tab reaches those of the current row only. */
export function RowButton(props: {
  icon: LabIcon;
  label: string;
  current: boolean;
  run: () => void;
}): React.JSX.Element {
  const { icon: Icon, label, current, run } = props;
  return (
    <button
      className="jp-ogai-IconButton"
      aria-label={label}
      title={label}
      tabIndex={current ? 0 : -1}
      onClick={run}
      onDoubleClick={event => event.stopPropagation()}
    >
      <Icon.react tag="span" />
    </button>
  );
}
