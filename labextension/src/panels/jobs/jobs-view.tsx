import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Job } from '../../api/types';
import { CommandIDs } from '../../commands';
import { Face, ProblemFace, StaleBar } from '../../face';
import { ogaiIcon } from '../../icons';
import type { IJobStore } from '../../store/types';
import type { Words } from '../../words';
import { Filter } from '../filter';
import { Skeleton } from '../resource-body';
import { useChanges } from '../use-changes';
import { WindowedRows } from '../windowed-rows';
import { Announcer } from './announcer';
import { JobRow, ROW_HEIGHT } from './job-row';
import { repeatedNames } from './repeated-names';

/** The live list of jobs, with its loading, empty, stale and error faces. */
export function JobsView(props: {
  store: IJobStore;
  words: Words;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { store, words, commands } = props;
  const { trans } = words;
  useChanges(store);
  return (
    <>
      <Filter
        value={store.filter}
        apply={text => (store.filter = text)}
        placeholder={trans.__('Filter by name')}
        label={trans.__('Filter jobs by name')}
        count={store.ready ? trans._n('%1 job', '%1 jobs', store.total) : ''}
      >
        <Whose store={store} words={words} />
      </Filter>
      {store.connection === 'lost' && store.ready && (
        <StaleBar heard={store.heard} words={words} retry={() => store.retry()} />
      )}
      <Body store={store} words={words} commands={commands} />
      <Announcer store={store} words={words} />
    </>
  );
}

function Body(props: {
  store: IJobStore;
  words: Words;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { store, words, commands } = props;
  const { trans } = words;
  const run = (command: string) => (job: Job) => void commands.execute(command, { id: job.id });
  const more = React.useCallback(() => void store.more(), [store]);
  const repeated = React.useMemo(() => repeatedNames(store.jobs), [store.jobs]);
  if (!store.ready) {
    return store.problem ? (
      <ProblemFace problem={store.problem} words={words} retry={() => store.retry()} />
    ) : (
      <Skeleton label={trans.__('Loading jobs…')} />
    );
  }
  if (store.jobs.length === 0) {
    return store.filter ? (
      <Face
        title={trans.__('No job has “%1” in its name', store.filter)}
        action={{ label: trans.__('Show All Jobs'), run: () => (store.filter = '') }}
      />
    ) : store.mine ? (
      <Face
        icon={ogaiIcon}
        title={trans.__('None of the jobs is yours')}
        action={{ label: trans.__('Show All Jobs'), run: () => (store.mine = false) }}
      />
    ) : (
      <Face
        icon={ogaiIcon}
        title={trans.__('No jobs yet')}
        text={trans.__('Start one from a notebook cell; it appears here at once:')}
        code={'import ogai_lab as ogai\nogai.run("train.py")'}
      />
    );
  }
  return (
    <WindowedRows
      items={store.jobs}
      rowHeight={ROW_HEIGHT}
      label={trans.__('Jobs')}
      keyOf={job => job.id}
      render={(job, row) => (
        <JobRow
          job={job}
          row={row}
          words={words}
          commands={commands}
          owner={!store.mine}
          named={repeated.has(job.name)}
        />
      )}
      onOpen={run(CommandIDs.openJob)}
      onDelete={run(CommandIDs.cancel)}
      onEnd={more}
    />
  );
}

/** Whose jobs are listed. */
function Whose(props: { store: IJobStore; words: Words }): React.JSX.Element {
  const { store, words } = props;
  const { trans } = words;
  const choice = (mine: boolean, label: string) => (
    <button
      className="jp-ogai-Button"
      aria-pressed={store.mine === mine}
      onClick={() => (store.mine = mine)}
    >
      {label}
    </button>
  );
  return (
    <div className="jp-ogai-Choice" role="group" aria-label={trans.__('Whose jobs')}>
      {choice(true, trans.__('Mine'))}
      {choice(false, trans.__('All'))}
    </div>
  );
}
