import * as React from 'react';

import type { Node } from '../../api/types';
import { cellsOf } from '../map/cells';
import { Gauge } from '../map/gauge';
import type { NodeWords } from '../map/node-words';
import { Swatch } from '../map/swatch';
import type { INodePicture } from './node-resource';
import { Grid, Section } from './section';

/**
 * The GPUs of a node: what each does now, and for which job. A cluster tells no use of its nodes:
 * there is no picture of it then.
 */
export function GpuSection(props: {
  node: Node;
  picture?: INodePicture;
  words: NodeWords;
  onOpenJob: (id: string) => void;
}): React.JSX.Element {
  const { node, picture, words, onOpenJob } = props;
  const { trans } = words.words;
  const machine = picture?.machine;
  const told = machine ? machine.gpu_problem : '';
  const now = picture?.samples[picture.samples.length - 1];
  if (node.gpus.length === 0) {
    return (
      <Section title={trans.__('GPUs')}>
        <p>{told || trans.__('This node has no GPU.')}</p>
      </Section>
    );
  }
  const rows = cellsOf(node).map(cell => {
    const gpu = node.gpus[cell.gpu]!;
    const sample = now?.gpus[cell.gpu];
    const use = sample?.utilization ?? gpu.utilization;
    const used = sample?.memory_used ?? gpu.memory_used;
    const temperature = sample?.temperature ?? gpu.temperature;
    const power = sample?.power ?? null;
    const limit = machine?.gpus[cell.gpu]?.power_limit ?? null;
    const cells = [
      gpu.index,
      <span className="jp-ogai-Mark" key="state">
        <Swatch occupancy={cell.occupancy} /> {words.occupancy(cell.occupancy)}
      </span>,
      use !== null && <Gauge share={use} text={words.percent(use)} />,
      used !== null && gpu.memory > 0 && (
        <Gauge share={used / gpu.memory} text={words.of(used, gpu.memory)} />
      ),
      temperature !== null && words.degrees(temperature),
      power !== null && watts(power, limit),
      gpu.job && node.jobs.includes(gpu.job) ? (
        <button className="jp-ogai-Link" onClick={() => onOpenJob(gpu.job!)}>
          {words.job(gpu.job)}
        </button>
      ) : (
        (gpu.job ?? gpu.problem)
      ),
      gpu.owner
    ];
    return picture ? cells : cells.filter((_, place) => !MEASURED.includes(place));
  });
  const head = [
    trans.__('GPU'),
    trans.__('State'),
    trans.__('Use'),
    trans.__('Memory'),
    trans.__('Temperature'),
    trans.__('Power'),
    trans.__('Job'),
    trans.__('Owner')
  ];
  return (
    <Section title={trans._n('%1 GPU', '%1 GPUs', node.gpus.length)}>
      <p className="jp-ogai-Node-kind">{[...new Set(node.gpus.map(gpu => gpu.name))].join(', ')}</p>
      <Grid
        label={trans.__('GPUs')}
        head={picture ? head : head.filter((_, place) => !MEASURED.includes(place))}
        rows={rows}
      />
    </Section>
  );
}

/** The columns of what is measured: use, memory, temperature, power. */
const MEASURED = [2, 3, 4, 5];

function watts(power: number, limit: number | null): string {
  return limit === null
    ? `${Math.round(power)} W`
    : `${Math.round(power)} / ${Math.round(limit)} W`;
}
