import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Curve } from '../../../api/inspection';
import { columns, CurveTable, seriesOf } from './curve-table';

const curve = (patch: Partial<Curve>): Curve => ({
  name: 'loss',
  rank: 0,
  attempt: 1,
  step: [0, 1],
  value: [2, 1],
  time: [100, 101],
  ...patch
});

test('what comes later is put behind, an answer without points changes nothing', () => {
  const table = new CurveTable();
  assert.ok(table.add({ curves: [curve({})], cursor: 2 }));
  assert.ok(table.add({ curves: [curve({ step: [2], value: [null], time: [102] })], cursor: 3 }));
  assert.ok(!table.add({ curves: [], cursor: 3 }));
  assert.deepEqual(table.curves[0]?.value, [2, 1, null]);
  assert.equal(table.longest, 3);
  assert.equal(table.cursor, 3);
  table.clear();
  assert.equal(table.cursor, 0);
});

test('x is the step, the time since the start, or the moment', () => {
  assert.deepEqual(columns(curve({}), 'step').x, [0, 1]);
  assert.deepEqual(columns(curve({}), 'elapsed').x, [0, 1]);
  assert.deepEqual(columns(curve({}), 'moment').x, [100, 101]);
  assert.deepEqual(columns(curve({ step: [null, null] }), 'step').x, [0, 1]);
});

test('steps that go back are drawn in order, values with them', () => {
  const back = curve({ step: [5, 3, 4], value: [1, 2, 3], time: [1, 2, 3] });
  assert.deepEqual(columns(back, 'step'), { x: [3, 4, 5], y: [2, 3, 1] });
});

test('earlier attempts are dashed, each in its own colour', () => {
  const series = seriesOf([curve({}), curve({ attempt: 2 })], 'step', c => `try ${c.attempt}`);
  assert.deepEqual(
    series.map(({ label, dashed, colour }) => [label, dashed, colour]),
    [
      ['try 1', true, 1],
      ['try 2', false, 0]
    ]
  );
});

test('where ranks or metrics share a chart, the colour is theirs', () => {
  const curves = [curve({}), curve({ rank: 1 }), curve({ attempt: 2 })];
  assert.deepEqual(
    seriesOf(curves, 'step', () => '').map(({ colour }) => colour),
    [0, 1, 0]
  );
});
