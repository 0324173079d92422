import type { UseSample } from '../../api/types';
import type { ISeries } from '../../chart/types';

/** GPUs up to this many have a curve each; of more, the mean is drawn in the band of all. */
const CURVES = 4;

/** How the curves are called. */
export interface ICurveWords {
  cores: string;
  memory: string;
  gpu(index: number): string;
  gpus: string;
  received: string;
  sent: string;
  read: string;
  written: string;
}

export interface ICurves {
  /** Shares in percent. */
  busy: ISeries[];
  memory: ISeries[];
  /** Degrees Celsius. */
  temperature: ISeries[];
  /** Watts. */
  power: ISeries[];
  /** MB a second. */
  network: ISeries[];
  disk: ISeries[];
}

/** The curves of a node's past. `memory` and `gpuMemory` are what there is of it, in bytes. */
export function curvesOf(
  samples: readonly UseSample[],
  total: { memory: number; gpuMemory: readonly (number | null)[] },
  words: ICurveWords
): ICurves {
  const x = samples.map(({ time }) => time);
  const curve = (
    key: string,
    label: string,
    colour: number,
    value: (sample: UseSample) => number | null
  ): ISeries => ({ key, label, colour, x, y: samples.map(value) });
  const gpuCurves = (value: (gpu: UseSample['gpus'][number], place: number) => number | null) =>
    ofGpus(samples, x, words, value);
  const mega = (bytes: number) => bytes / 1e6;
  return {
    busy: [
      curve('cores', words.cores, 0, ({ cpu }) => 100 * cpu),
      ...gpuCurves(({ utilization }) => scaled(utilization, 100))
    ],
    memory: [
      curve('memory', words.memory, 0, ({ memory_used: used }) => (100 * used) / total.memory),
      ...gpuCurves(({ memory_used: used }, place) => {
        const all = total.gpuMemory[place];
        return all ? scaled(used, 100 / all) : null;
      })
    ],
    temperature: gpuCurves(({ temperature }) => temperature),
    power: gpuCurves(({ power }) => power),
    network: [
      curve('received', words.received, 0, ({ received }) => mega(received)),
      curve('sent', words.sent, 1, ({ sent }) => mega(sent))
    ],
    disk: [
      curve('read', words.read, 0, ({ disk_read: read }) => mega(read)),
      curve('written', words.written, 1, ({ disk_written: written }) => mega(written))
    ]
  };
}

function ofGpus(
  samples: readonly UseSample[],
  x: readonly number[],
  words: ICurveWords,
  value: (gpu: UseSample['gpus'][number], place: number) => number | null
): ISeries[] {
  const count = Math.max(0, ...samples.map(({ gpus }) => gpus.length));
  const rows = samples.map(({ gpus }) => gpus.map(value));
  if (!rows.some(row => row.some(known => known !== null))) {
    return [];
  }
  if (count <= CURVES) {
    return Array.from({ length: count }, (_, place) => ({
      key: `gpu-${place}`,
      label: words.gpu(place),
      colour: place + 1,
      x,
      y: rows.map(row => row[place] ?? null)
    }));
  }
  const known = rows.map(row => row.filter(each => each !== null));
  const all = (reduce: (values: number[]) => number) =>
    known.map(values => (values.length > 0 ? reduce(values) : null));
  return [
    {
      key: 'gpus',
      label: words.gpus,
      colour: 1,
      x,
      y: all(values => values.reduce((sum, each) => sum + each, 0) / values.length),
      low: all(values => Math.min(...values)),
      high: all(values => Math.max(...values))
    }
  ];
}

function scaled(value: number | null, by: number): number | null {
  return value === null ? null : value * by;
}
