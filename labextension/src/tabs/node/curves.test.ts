import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { UseSample } from '../../api/types';
import { curvesOf, type ICurveWords } from './curves';
import { joined } from './node-resource';

const WORDS: ICurveWords = {
  cores: 'Cores',
  memory: 'Memory',
  gpu: index => `GPU ${index}`,
  gpus: 'GPUs',
  received: 'Received',
  sent: 'Sent',
  read: 'Read',
  written: 'Written'
};

function sample(time: number, utilization: (number | null)[] = []): UseSample {
  const gpus = utilization.map(use => ({
    utilization: use,
    memory_used: 40,
    temperature: null,
    power: null
  }));
  const rates = { disk_read: 2e6, disk_written: 0, received: 0, sent: 0 };
  return { time, cpu: 0.25, memory_used: 50, ...rates, gpus };
}

const curves = (samples: UseSample[], gpus: number) =>
  curvesOf(samples, { memory: 100, gpuMemory: Array<number>(gpus).fill(80) }, WORDS);

test('a few GPUs have a curve each, in percent', () => {
  const { busy, memory, disk } = curves([sample(1, [0.5, 1])], 2);
  assert.deepEqual(
    busy.map(({ label, y }) => [label, y[0]]),
    [
      ['Cores', 25],
      ['GPU 0', 50],
      ['GPU 1', 100]
    ]
  );
  assert.deepEqual(
    memory.map(({ y }) => y[0]),
    [50, 50, 50]
  );
  assert.equal(disk[0]!.y[0], 2);
});

test('many GPUs are their mean within their band; a silent one is left out', () => {
  const { busy } = curves([sample(1, [0, 0.5, 1, null, 0.5])], 5);
  const [, band] = busy;
  assert.deepEqual([band!.low![0], band!.y[0], band!.high![0]], [0, 50, 100]);
});

test('what no GPU tells has no chart', () => {
  const { temperature, power } = curves([sample(1, [0.5])], 1);
  assert.deepEqual([temperature, power], [[], []]);
  assert.deepEqual(curves([sample(1)], 0).temperature, []);
});

test('news are joined once, and what is too old goes', () => {
  const before = [sample(0), sample(1000), sample(1005)];
  const after = joined(before, [sample(1005), sample(2000)]);
  assert.deepEqual(
    after.map(({ time }) => time),
    [1000, 1005, 2000]
  );
});
