import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { DataRun } from '../../api/types';
import { CommandIDs } from '../../commands';
import { Face } from '../../face';
import { ogaiIcon } from '../../icons';
import type { IOgaiLab } from '../../tokens';
import type { Words } from '../../words';
import { Filter, holds } from '../filter';
import { ResourceBody } from '../resource-body';
import { WindowedRows } from '../windowed-rows';
import { RUN_HEIGHT, RunRow } from './run-row';

const EXAMPLE = `import ogai_lab as ogai
from ogai_lab.data.presets import stdlib_pipeline

ogai.prepare(stdlib_pipeline())`;

/** The runs of data pipelines. */
export function DataView(props: { lab: IOgaiLab; commands: CommandRegistry }): React.JSX.Element {
  const { lab, commands } = props;
  const { words } = lab;
  return (
    <ResourceBody resource={lab.runs} words={words} loading={words.trans.__('Loading data runs…')}>
      {runs => <Runs runs={runs} words={words} commands={commands} />}
    </ResourceBody>
  );
}

function Runs(props: {
  runs: DataRun[];
  words: Words;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { runs, words, commands } = props;
  const { trans } = words;
  const [part, setPart] = React.useState('');
  const shown = React.useMemo(
    () => runs.filter(run => holds(part, run.name, run.policy)),
    [runs, part]
  );
  if (runs.length === 0) {
    return (
      <Face
        icon={ogaiIcon}
        title={trans.__('No data run yet')}
        text={trans.__('Clean a corpus from a notebook cell; the run appears here at once:')}
        code={EXAMPLE}
      />
    );
  }
  return (
    <>
      <Filter
        value={part}
        apply={setPart}
        placeholder={trans.__('Filter by name or policy')}
        label={trans.__('Filter data runs')}
        count={trans._n('%1 run', '%1 runs', shown.length)}
      />
      {shown.length === 0 ? (
        <Face
          title={trans.__('No data run matches “%1”', part)}
          action={{ label: trans.__('Show All Runs'), run: () => setPart('') }}
        />
      ) : (
        <WindowedRows
          items={shown}
          rowHeight={RUN_HEIGHT}
          label={trans.__('Data runs')}
          keyOf={run => run.job}
          render={(run, row) => <RunRow run={run} row={row} words={words} commands={commands} />}
          onOpen={run => void commands.execute(CommandIDs.openJob, { id: run.job })}
          onDelete={run => void commands.execute(CommandIDs.cancel, { id: run.job })}
        />
      )}
    </>
  );
}
