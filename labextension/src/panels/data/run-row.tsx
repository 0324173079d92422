import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { DataRun } from '../../api/types';
import { CommandIDs } from '../../commands';
import { logIcon, stateIcons } from '../../icons';
import type { Words } from '../../words';
import { countText, percentText, sizeText } from '../amounts';
import { jobCell, manifestCell } from '../cells';
import { dragsCell } from '../drag';
import { RowButton } from '../row-button';
import type { IRow } from '../windowed-rows';

/** The height of a row in pixels. */
export const RUN_HEIGHT = 52;

/** One run of a data pipeline: what was kept of what was read, or how far it is. */
export function RunRow(props: {
  run: DataRun;
  row: IRow;
  words: Words;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { run, row, words, commands } = props;
  const { trans } = words;
  const Icon = stateIcons[run.state];
  const running = run.state === 'running' && run.progress?.steps;
  const share = running ? Math.min(1, run.progress!.step / run.progress!.steps!) : 0;
  const details = detailsOf(run, words);
  return (
    <div
      {...row.props}
      className="jp-ogai-Row jp-ogai-RunRow jp-ogai-OfJob"
      data-job-id={run.job}
      data-state={run.state}
      data-manifest={run.manifest ?? ''}
      data-name={run.name}
      aria-selected={row.current}
      onMouseDown={dragsCell(run.name, () =>
        run.manifest ? manifestCell(run.manifest, run.name) : jobCell({ id: run.job, ...run })
      )}
    >
      <div role="gridcell" className="jp-ogai-Row-main" title={run.reason || undefined}>
        <Icon.react tag="span" className="jp-ogai-State" />
        <div className="jp-ogai-Row-text">
          <div className="jp-ogai-Row-name">
            {run.name}
            {run.policy && <span className="jp-ogai-Tag">{run.policy}</span>}
          </div>
          <div className="jp-ogai-Row-detail">
            <span className="jp-ogai-Row-state">{words.state(run.state)}</span>
            {details.map(text => ` · ${text}`)}
          </div>
          {running ? (
            <div
              className="jp-ogai-Progress"
              role="progressbar"
              aria-label={trans.__('Progress of %1', run.name)}
              aria-valuenow={Math.round(100 * share)}
              aria-valuetext={details.join(' · ')}
            >
              <div style={{ width: `${100 * share}%` }} />
            </div>
          ) : null}
        </div>
      </div>
      <div role="gridcell" className="jp-ogai-Row-actions">
        <RowButton
          icon={logIcon}
          label={trans.__('Open the log of %1', run.name)}
          current={row.current}
          run={() => void commands.execute(CommandIDs.openLog, { id: run.job })}
        />
      </div>
    </div>
  );
}

function detailsOf(run: DataRun, words: Words): string[] {
  const { trans } = words;
  const { read, kept, progress } = run;
  if (run.state === 'failed') {
    return [run.reason].filter(Boolean);
  }
  if (run.state === 'running') {
    const left = progress?.seconds_left;
    return [
      run.phase ? phaseWord(run.phase, words) : '',
      progress?.steps ? trans.__('%1 of %2', progress.step, progress.steps) : '',
      typeof left === 'number' ? trans.__('%1 left', words.duration(left)) : '',
      read ? trans.__('%1 read', sizeText(read.bytes, words)) : ''
    ].filter(Boolean);
  }
  return [
    read && kept && read.documents > 0
      ? trans.__('%1 kept', percentText(kept.documents / read.documents, words))
      : '',
    kept ? sizeText(kept.bytes, words) : '',
    run.tokens === null ? '' : trans.__('%1 tokens', countText(run.tokens, words)),
    run.ended ? words.ago(run.ended) : ''
  ].filter(Boolean);
}

function phaseWord(phase: NonNullable<DataRun['phase']>, { trans }: Words): string {
  const words: Record<typeof phase, string> = {
    plan: trans.__('Planning'),
    fingerprint: trans.__('Fingerprinting'),
    read: trans.__('Reading'),
    decide: trans.__('Deciding'),
    divide: trans.__('Dividing'),
    tokenizer: trans.__('Training the tokenizer'),
    tokenize: trans.__('Tokenizing'),
    pack: trans.__('Packing'),
    compare: trans.__('Comparing documents'),
    write: trans.__('Writing')
  };
  return words[phase];
}
