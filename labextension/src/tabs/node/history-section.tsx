import * as React from 'react';

import { ChartView } from '../../chart/chart-view';
import type { ISeries } from '../../chart/types';
import type { NodeWords } from '../map/node-words';
import { curvesOf } from './curves';
import type { INodePicture } from './node-resource';
import { Section } from './section';

const HEIGHT = 150;
const SHARE = [0, 100] as const;

/** How the node did of late; the charts move their cursors together. */
export function HistorySection(props: {
  picture: INodePicture;
  words: NodeWords;
}): React.JSX.Element {
  const { picture, words } = props;
  const { trans } = words.words;
  const { machine, samples } = picture;
  const curves = React.useMemo(
    () =>
      curvesOf(
        samples,
        { memory: machine.memory, gpuMemory: machine.gpus.map(({ memory }) => memory) },
        {
          cores: trans.__('Cores'),
          memory: trans.__('Memory'),
          gpu: index => trans.__('GPU %1', machine.gpus[index]?.index ?? index),
          gpus: trans.__('GPUs: mean, lowest to highest'),
          received: trans.__('Received'),
          sent: trans.__('Sent'),
          read: trans.__('Read'),
          written: trans.__('Written')
        }
      ),
    [samples, machine, trans]
  );
  const charts: [title: string, unit: string, series: ISeries[]][] = [
    [trans.__('Use'), '%', curves.busy],
    [trans.__('Memory'), '%', curves.memory],
    [trans.__('Temperature'), '°C', curves.temperature],
    [trans.__('Power'), 'W', curves.power],
    [trans.__('Network'), 'MB/s', curves.network],
    [trans.__('Disks'), 'MB/s', curves.disk]
  ];
  return (
    <Section title={trans.__('The last half hour')}>
      {samples.length < 2 ? (
        <p>
          {trans.__(
            'The curves begin now: what a node does is kept while somebody looks or jobs run.'
          )}
        </p>
      ) : (
        <div className="jp-ogai-NodeCharts">
          {charts
            .filter(([, , series]) => series.length > 0)
            .map(([title, unit, series]) => (
              <ChartView
                key={title}
                series={series}
                options={{
                  title,
                  x: trans.__('Time'),
                  y: unit,
                  height: HEIGHT,
                  time: true,
                  group: `ogai-node-${machine.name}`,
                  ...(unit === '%' && { limits: SHARE })
                }}
                words={words.words}
              />
            ))}
        </div>
      )}
    </Section>
  );
}
