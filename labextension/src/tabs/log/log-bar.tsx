import { copyIcon, downloadIcon, searchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ILogFilter, Level, Stream } from '../../api/logs';
import type { Words } from '../../words';
import { firstErrorIcon, startIcon, timesIcon, wrapIcon } from './icons';
import { Toggle } from './find-bar';

/** How the lines are shown; kept for the next log that is opened. */
export interface ILogView {
  wrap: boolean;
  times: boolean;
}

/** The levels that one asks for together. */
const LEVELS: Record<string, readonly Level[]> = {
  all: [],
  error: ['error'],
  warning: ['error', 'warning'],
  quiet: ['error', 'warning', 'info', 'other'],
  debug: ['debug']
};

const STREAMS: readonly Stream[] = ['stdout', 'stderr'];

/** The bar above the log: which lines, where to, how they look, and taking them along. */
export function LogBar(props: {
  words: Words;
  ranks: number;
  filter: ILogFilter;
  setFilter: (filter: ILogFilter) => void;
  view: ILogView;
  setView: (view: ILogView) => void;
  finding: boolean;
  /** A word on what was asked for last; empty for none. */
  notice: string;
  find: () => void;
  firstError: () => void;
  toStart: () => void;
  copy: () => void;
  download: () => void;
}): React.JSX.Element {
  const { words, ranks, filter, setFilter, view, setView, finding, notice } = props;
  const { find, firstError, toStart, copy, download } = props;
  const { trans } = words;
  const level = Object.keys(LEVELS).find(key => same(LEVELS[key]!, filter.level)) ?? 'all';
  return (
    <div className="jp-ogai-LogBar" role="toolbar" aria-label={trans.__('Log')}>
      <Toggle icon={searchIcon} label={trans.__('Find… (Ctrl+F)')} on={finding} set={find} />
      <select
        aria-label={trans.__('Level')}
        value={level}
        onChange={event => setFilter({ ...filter, level: LEVELS[event.target.value] ?? [] })}
      >
        <option value="all">{trans.__('All levels')}</option>
        <option value="error">{trans.__('Errors')}</option>
        <option value="warning">{trans.__('Errors and warnings')}</option>
        <option value="quiet">{trans.__('All but debug')}</option>
        <option value="debug">{trans.__('Debug')}</option>
      </select>
      <select
        aria-label={trans.__('Stream')}
        value={filter.stream ?? ''}
        onChange={event =>
          setFilter({ ...filter, stream: (event.target.value || null) as Stream | null })
        }
      >
        <option value="">{trans.__('Both streams')}</option>
        {STREAMS.map(stream => (
          <option key={stream} value={stream}>
            {stream}
          </option>
        ))}
      </select>
      {ranks > 1 && (
        <RankChoice
          ranks={ranks}
          rank={filter.rank}
          setRank={rank => setFilter({ ...filter, rank })}
          words={words}
        />
      )}
      <span className="jp-ogai-LogBar-notice" role="status">
        {notice}
      </span>
      <span className="jp-ogai-LogBar-group">
        <Toggle icon={startIcon} label={trans.__('Go to the start')} set={toStart} />
        <Toggle icon={firstErrorIcon} label={trans.__('Go to the first error')} set={firstError} />
      </span>
      <span className="jp-ogai-LogBar-group">
        <Toggle
          icon={wrapIcon}
          label={trans.__('Wrap long lines')}
          on={view.wrap}
          set={wrap => setView({ ...view, wrap })}
        />
        <Toggle
          icon={timesIcon}
          label={trans.__('Show times')}
          on={view.times}
          set={times => setView({ ...view, times })}
        />
      </span>
      <span className="jp-ogai-LogBar-group">
        <Toggle
          icon={copyIcon}
          label={trans.__('Copy the selected lines, or all that are loaded')}
          set={copy}
        />
        <Toggle icon={downloadIcon} label={trans.__('Download the whole log')} set={download} />
      </span>
    </div>
  );
}

/** Past this many ranks a list is no longer a choice: the number is typed. */
const LISTED_RANKS = 64;

function RankChoice(props: {
  ranks: number;
  rank: number | null;
  setRank: (rank: number | null) => void;
  words: Words;
}): React.JSX.Element {
  const { ranks, rank, setRank, words } = props;
  const { trans } = words;
  const choose = (text: string) => setRank(text === '' ? null : Number(text));
  const value = rank ?? '';
  if (ranks > LISTED_RANKS) {
    return (
      <input
        type="number"
        aria-label={trans.__('Rank')}
        min={0}
        max={ranks - 1}
        value={value}
        placeholder={trans.__('All ranks')}
        onChange={event => choose(event.target.value)}
      />
    );
  }
  return (
    <select
      aria-label={trans.__('Rank')}
      value={value}
      onChange={event => choose(event.target.value)}
    >
      <option value="">{trans.__('All ranks')}</option>
      {Array.from({ length: ranks }, (_, index) => (
        <option key={index} value={index}>
          {trans.__('Rank %1', index)}
        </option>
      ))}
    </select>
  );
}

function same(one: readonly Level[], other: readonly Level[]): boolean {
  return one.length === other.length && one.every(level => other.includes(level));
}
