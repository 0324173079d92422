import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { Sparkline } from '../../chart/sparkline';
import { mapIcon } from '../../tabs/map/icons';
import type { ClusterPicture } from '../../store/cluster';
import type { Words } from '../../words';
import { ThingCommands } from '../commands';
import { Meter } from '../meter';
import type { ITotals } from './totals';

/** What the whole cluster has and what is free, with how its use went. A click opens the map. */
export function Summary(props: {
  picture: ClusterPicture;
  sums: ITotals;
  words: Words;
  commands: CommandRegistry;
}): React.JSX.Element {
  const { picture, sums, words, commands } = props;
  const { trans } = words;
  const openMap = () => void commands.execute(ThingCommands.openMap);
  const { samples } = picture;
  const gpuUse = React.useMemo(() => samples.map(({ gpus }) => gpus), [samples]);
  const coreUse = React.useMemo(() => samples.map(({ cpus }) => cpus), [samples]);
  return (
    <div className="jp-ogai-Summary" onClick={openMap}>
      <div className="jp-ogai-Summary-figures">
        {sums.gpus > 0 && (
          <Free name={trans.__('GPUs')} free={sums.gpusFree} all={sums.gpus} words={words}>
            <Sparkline values={gpuUse} range={[0, 1]} label={useText(gpuUse, words)} />
          </Free>
        )}
        <Free name={trans.__('Cores')} free={sums.cpusFree} all={sums.cpus} words={words}>
          <Sparkline values={coreUse} range={[0, 1]} label={useText(coreUse, words)} />
        </Free>
      </div>
      <button
        className="jp-ogai-IconButton"
        title={trans.__('Open the Cluster Map')}
        aria-label={trans.__('Open the Cluster Map')}
        onClick={event => {
          event.stopPropagation();
          openMap();
        }}
      >
        <mapIcon.react tag="span" />
      </button>
    </div>
  );
}

function Free(props: {
  name: string;
  free: number;
  all: number;
  words: Words;
  children: React.ReactNode;
}): React.JSX.Element {
  const { name, free, all, words, children } = props;
  const text = words.trans.__('%1 of %2 free', words.number(free), words.number(all));
  return (
    <div className="jp-ogai-Free">
      <div className="jp-ogai-Free-head">
        <span className="jp-ogai-Free-name">{name}</span>
        <span className="jp-ogai-Used-text">{text}</span>
      </div>
      <div className="jp-ogai-Free-use">
        <Meter
          label={words.trans.__('%1 in use', name)}
          text={text}
          share={all > 0 ? 1 - free / all : 0}
        />
        {children}
      </div>
    </div>
  );
}

function useText(values: readonly (number | null)[], words: Words): string {
  const now = values.at(-1) ?? 0;
  return words.trans.__('Use while you looked; now %1', words.percent(now));
}
