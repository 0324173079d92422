import * as React from 'react';

import { plain } from '../../../ansi';
import type { Words } from '../../../words';
import type { Axis } from './curve-table';
import { firstChoice, matching, toggled } from './selection';

/** How the curves of a job are drawn. */
export interface ICurveSettings {
  /** The chosen metrics; undefined for the main ones. */
  chosen: readonly string[] | undefined;
  /** The attempts that are not drawn. */
  hidden: readonly number[];
  /** Null for all. */
  rank: number | null;
  axis: Axis;
  log: boolean;
  smoothing: number;
  /** Whether all metrics share one chart. */
  together: boolean;
}

export const FIRST_SETTINGS: ICurveSettings = {
  chosen: undefined,
  hidden: [],
  rank: 0,
  axis: 'step',
  log: false,
  smoothing: 0,
  together: false
};

/** Past this many metrics a filter helps. */
const FILTERED = 12;
/** Past this many ranks the number is typed. */
const LISTED_RANKS = 64;

/** What is drawn, and how. */
export function CurveControls(props: {
  words: Words;
  names: readonly string[];
  shown: readonly string[];
  ranks: number;
  attempts: readonly number[];
  settings: ICurveSettings;
  set: (settings: ICurveSettings) => void;
}): React.JSX.Element {
  const { words, names, shown, ranks, attempts, settings, set } = props;
  const { trans } = words;
  const patch = (some: Partial<ICurveSettings>) => set({ ...settings, ...some });
  return (
    <div className="jp-ogai-Curves-controls">
      <MetricChoice
        words={words}
        names={names}
        shown={shown}
        chosen={settings.chosen !== undefined}
        choose={chosen => patch({ chosen })}
      />
      <div className="jp-ogai-Curves-options" role="group" aria-label={trans.__('How to draw')}>
        <label>
          {trans.__('Over')}
          <select
            value={settings.axis}
            onChange={event => patch({ axis: event.target.value as Axis })}
          >
            <option value="step">{trans.__('steps')}</option>
            <option value="elapsed">{trans.__('seconds of the attempt')}</option>
            <option value="moment">{trans.__('time of day')}</option>
          </select>
        </label>
        <label>
          {trans.__('Smoothing')}
          <input
            type="range"
            min={0}
            max={0.99}
            step={0.01}
            value={settings.smoothing}
            onChange={event => patch({ smoothing: Number(event.target.value) })}
          />
          <output>{settings.smoothing.toFixed(2)}</output>
        </label>
        {ranks > 1 && (
          <RankChoice
            words={words}
            ranks={ranks}
            rank={settings.rank}
            choose={rank => patch({ rank })}
          />
        )}
        <label>
          <input
            type="checkbox"
            checked={settings.log}
            onChange={event => patch({ log: event.target.checked })}
          />
          {trans.__('Log scale')}
        </label>
        {shown.length > 1 && (
          <label>
            <input
              type="checkbox"
              checked={settings.together}
              onChange={event => patch({ together: event.target.checked })}
            />
            {trans.__('One chart')}
          </label>
        )}
        {attempts.length > 1 && (
          <fieldset className="jp-ogai-Curves-attempts">
            <legend>{trans.__('Attempts')}</legend>
            {attempts.map(attempt => (
              <button
                key={attempt}
                className="jp-ogai-Chip"
                aria-pressed={!settings.hidden.includes(attempt)}
                onClick={() =>
                  patch({
                    hidden: settings.hidden.includes(attempt)
                      ? settings.hidden.filter(other => other !== attempt)
                      : [...settings.hidden, attempt]
                  })
                }
              >
                {attempt}
              </button>
            ))}
          </fieldset>
        )}
      </div>
    </div>
  );
}

function MetricChoice(props: {
  words: Words;
  names: readonly string[];
  shown: readonly string[];
  /** Whether the shown ones were chosen, and are not just the main ones. */
  chosen: boolean;
  choose: (names: readonly string[] | undefined) => void;
}): React.JSX.Element {
  const { words, names, shown, chosen, choose } = props;
  const { trans } = words;
  const [filter, setFilter] = React.useState('');
  const found = matching(names, filter);
  const main = firstChoice(names);
  return (
    <div className="jp-ogai-Curves-metrics" role="group" aria-label={trans.__('Metrics')}>
      {names.length > FILTERED && (
        <input
          type="search"
          value={filter}
          placeholder={trans.__('Filter %1 metrics', names.length)}
          aria-label={trans.__('Filter metrics')}
          onChange={event => setFilter(event.target.value)}
        />
      )}
      <div className="jp-ogai-Chips">
        {found.map(name => (
          <button
            key={name}
            className="jp-ogai-Chip"
            aria-pressed={shown.includes(name)}
            onClick={() => choose(toggled(shown, name))}
          >
            {plain(name)}
          </button>
        ))}
        {found.length === 0 && <span>{trans.__('No metric has this in its name.')}</span>}
      </div>
      {chosen && names.length > main.length && (
        <button className="jp-ogai-Link" onClick={() => choose(undefined)}>
          {trans.__('Main ones')}
        </button>
      )}
      {names.length > 1 && shown.length < found.length && (
        <button className="jp-ogai-Link" onClick={() => choose(found)}>
          {trans.__('All')}
        </button>
      )}
    </div>
  );
}

function RankChoice(props: {
  words: Words;
  ranks: number;
  rank: number | null;
  choose: (rank: number | null) => void;
}): React.JSX.Element {
  const { words, ranks, rank, choose } = props;
  const { trans } = words;
  const take = (text: string) => choose(text === '' ? null : Number(text));
  return (
    <label>
      {trans.__('Rank')}
      {ranks > LISTED_RANKS ? (
        <input
          type="number"
          min={0}
          max={ranks - 1}
          value={rank ?? ''}
          placeholder={trans.__('all')}
          onChange={event => take(event.target.value)}
        />
      ) : (
        <select value={rank ?? ''} onChange={event => take(event.target.value)}>
          <option value="">{trans.__('all')}</option>
          {Array.from({ length: ranks }, (_, place) => (
            <option key={place} value={place}>
              {place}
            </option>
          ))}
        </select>
      )}
    </label>
  );
}
