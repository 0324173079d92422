import type { LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Job } from '../../api/types';
import { cancellable, CommandIDs } from '../../commands';
import { explainIcon, logIcon, stateIcons, stopIcon } from '../../icons';
import { ProgressBar } from '../../progress-bar';
import type { Words } from '../../words';
import type { IRow } from './windowed-rows';

/** The height of a row in pixels; the style sheet fills it. */
export const ROW_HEIGHT = 52;

/** One job of the list: state, name, where it is, and its actions. */
export function JobRow(props: {
  job: Job;
  row: IRow;
  words: Words;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { job, row, words, commands } = props;
  const { trans } = words;
  const Icon = stateIcons[job.state];
  const detail = words.detail(job);
  const action = (command: string, icon: LabIcon, label: string) => (
    <RowButton
      icon={icon}
      label={label}
      current={row.current}
      run={() => void commands.execute(command, { id: job.id })}
    />
  );
  return (
    <div
      {...row.props}
      className="jp-ogai-JobRow"
      data-job-id={job.id}
      data-state={job.state}
      aria-selected={row.current}
    >
      <div role="gridcell" className="jp-ogai-JobRow-main" title={job.reason || undefined}>
        <Icon.react tag="span" className="jp-ogai-State" />
        <div className="jp-ogai-JobRow-text">
          <div className="jp-ogai-JobRow-name">{job.name}</div>
          <div className="jp-ogai-JobRow-detail">
            <span className="jp-ogai-JobRow-state">{words.state(job.state)}</span>
            {detail && ` · ${detail}`}
          </div>
          {job.state === 'running' && <ProgressBar job={job} words={words} />}
        </div>
      </div>
      <div role="gridcell" className="jp-ogai-JobRow-actions">
        {action(CommandIDs.openLog, logIcon, trans.__('Open the log of %1', job.name))}
        {action(CommandIDs.explain, explainIcon, trans.__('Explain %1', job.name))}
        {cancellable(job) && action(CommandIDs.cancel, stopIcon, trans.__('Cancel %1', job.name))}
      </div>
    </div>
  );
}

function RowButton(props: {
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
