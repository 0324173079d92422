import type { LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Job } from '../../api/types';
import { cancellable, CommandIDs } from '../../commands';
import { explainIcon, logIcon, stateIcons, stopIcon } from '../../icons';
import { ProgressBar } from '../../progress-bar';
import type { Words } from '../../words';
import { jobCell } from '../cells';
import { dragsCell } from '../drag';
import { RowButton } from '../row-button';
import type { IRow } from '../windowed-rows';
import { jobDetail } from './job-detail';

/** The height of a row in pixels; the style sheet fills it. */
export const ROW_HEIGHT = 52;

/** One job of the list: state, name, where it is, and its actions. */
export function JobRow(props: {
  job: Job;
  row: IRow;
  words: Words;
  commands: CommandRegistry;
  /** Whether it is said whose it is. */
  owner: boolean;
  /** Whether another job of the list has the same name, so that the id tells them apart. */
  named: boolean;
}): React.JSX.Element {
  const { job, row, words, commands, owner, named } = props;
  const { trans } = words;
  const Icon = stateIcons[job.state];
  const detail = jobDetail(job, words);
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
      className="jp-ogai-Row jp-ogai-JobRow jp-ogai-OfJob"
      data-job-id={job.id}
      data-state={job.state}
      aria-selected={row.current}
      onMouseDown={dragsCell(job.name, () => jobCell(job))}
    >
      <div role="gridcell" className="jp-ogai-Row-main" title={job.reason || undefined}>
        <Icon.react tag="span" className="jp-ogai-State" />
        <div className="jp-ogai-Row-text">
          <div className="jp-ogai-Row-name" data-named={named}>
            <span>{job.name}</span>
            {named && <code title={job.id}>{shortId(job.id)}</code>}
          </div>
          <div className="jp-ogai-Row-detail">
            <span className="jp-ogai-Row-state">{words.state(job.state)}</span>
            {detail && ` · ${detail}`}
            {owner && ` · ${job.owner}`}
          </div>
          {job.state === 'running' && <ProgressBar job={job} words={words} />}
        </div>
      </div>
      <div role="gridcell" className="jp-ogai-Row-actions">
        {action(CommandIDs.openLog, logIcon, trans.__('Open the log of %1', job.name))}
        {action(CommandIDs.explain, explainIcon, trans.__('Explain %1', job.name))}
        {cancellable(job) && action(CommandIDs.cancel, stopIcon, trans.__('Cancel %1', job.name))}
      </div>
    </div>
  );
}

/** The end of an id: what it begins with is the time, and alike for jobs that came together. */
function shortId(id: string): string {
  return `…${id.slice(-6)}`;
}
