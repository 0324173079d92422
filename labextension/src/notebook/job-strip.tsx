import type { LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Job } from '../api/types';
import { cancellable, CommandIDs } from '../commands';
import { explainIcon, logIcon, stateIcons, stopIcon } from '../icons';
import { ProgressBar } from '../progress-bar';
import { TabCommands } from '../tabs/tabs';
import type { Words } from '../words';

/** One line on a job in a notebook: where it is now, and what can be done with it. */
export function JobStrip(props: {
  job: Job;
  /** When the card behind it was made, in Unix seconds. */
  seen: number;
  words: Words;
  commands: CommandRegistry;
  /** Whether the card is shown too. */
  open: boolean;
  setOpen: (open: boolean) => void;
}): React.JSX.Element {
  const { job, seen, words, commands, open, setOpen } = props;
  const { trans } = words;
  const Icon = stateIcons[job.state];
  const detail = words.detail(job);
  const { id, name } = job;
  const action = (command: string, icon: LabIcon, label: string) => {
    const ActionIcon = icon;
    return (
      <button
        className="jp-ogai-IconButton"
        aria-label={label}
        title={label}
        onClick={() => void commands.execute(command, { id })}
      >
        <ActionIcon.react tag="span" />
      </button>
    );
  };
  return (
    <div className="jp-ogai-JobStrip" data-state={job.state} data-job-id={id}>
      <div className="jp-ogai-JobStrip-line">
        <Icon.react tag="span" className="jp-ogai-State" />
        <button
          className="jp-ogai-JobStrip-name"
          title={trans.__('Open %1', name)}
          onClick={() => void commands.execute(TabCommands.open, { kind: 'job', id })}
        >
          {name}
        </button>
        <span className="jp-ogai-JobStrip-detail" role="status">
          {[words.state(job.state), detail].filter(Boolean).join(' · ')}
        </span>
        {action(CommandIDs.openLog, logIcon, trans.__('Open the log of %1', name))}
        {action(CommandIDs.explain, explainIcon, trans.__('Explain %1', name))}
        {cancellable(job) && action(CommandIDs.cancel, stopIcon, trans.__('Cancel %1', name))}
        <button className="jp-ogai-Button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {trans.__('As of %1', words.ago(seen))}
        </button>
      </div>
      {job.state === 'running' && <ProgressBar job={job} words={words} />}
    </div>
  );
}
