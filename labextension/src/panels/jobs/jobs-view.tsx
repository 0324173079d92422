import { refreshIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { Job } from '../../api/types';
import { CommandIDs } from '../../commands';
import { Face, ProblemFace, StaleBar } from '../../face';
import { ogaiIcon } from '../../icons';
import type { IJobStore } from '../../store/types';
import type { Words } from '../../words';
import { Announcer } from './announcer';
import { JobRow, ROW_HEIGHT } from './job-row';
import { WindowedRows } from './windowed-rows';

/** Milliseconds without a key before the filter is asked of the server. */
const TYPING = 250;

/** The live list of jobs, with its loading, empty, stale and error faces. */
export function JobsView(props: {
  store: IJobStore;
  words: Words;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { store, words, commands } = props;
  useChanges(store);
  return (
    <>
      <Filter store={store} words={words} />
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
      render={(job, row) => <JobRow job={job} row={row} words={words} commands={commands} />}
      onOpen={run(CommandIDs.openLog)}
      onDelete={run(CommandIDs.cancel)}
      onEnd={more}
    />
  );
}

function Filter(props: { store: IJobStore; words: Words }): React.JSX.Element {
  const { store, words } = props;
  const { trans } = words;
  const [text, setText] = React.useState(store.filter);
  const applied = React.useRef(store.filter);
  if (applied.current !== store.filter) {
    applied.current = store.filter;
    setText(store.filter);
  }
  React.useEffect(() => {
    const timer = setTimeout(() => {
      applied.current = text;
      store.filter = text;
    }, TYPING);
    return () => clearTimeout(timer);
  }, [text, store]);
  return (
    <div className="jp-ogai-Filter" role="search">
      <input
        type="search"
        value={text}
        placeholder={trans.__('Filter by name')}
        aria-label={trans.__('Filter jobs by name')}
        onChange={event => setText(event.target.value)}
      />
      <span className="jp-ogai-Filter-count" aria-live="polite">
        {store.ready && trans._n('%1 job', '%1 jobs', store.total)}
      </span>
      <button
        className="jp-ogai-IconButton"
        title={trans.__('Load the list again')}
        aria-label={trans.__('Load the list again')}
        onClick={() => store.retry()}
      >
        <refreshIcon.react tag="span" />
      </button>
    </div>
  );
}

function Skeleton(props: { label: string }): React.JSX.Element {
  return (
    <div className="jp-ogai-Skeleton" role="status" aria-label={props.label}>
      {Array.from({ length: 5 }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}

function useChanges(store: IJobStore): void {
  const [, update] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    store.changed.connect(update);
    return () => {
      store.changed.disconnect(update);
    };
  }, [store]);
}
