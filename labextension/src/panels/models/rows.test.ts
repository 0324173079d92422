import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Model, Version } from '../../api/types';
import { mainMetric, modelRows } from './rows';

const model = (name: string, ...aliases: string[]): Model =>
  ({ name, aliases: aliases.map(alias => ({ name: alias, revision: 'v1' })) }) as never;
const version = (name: string, number: number): Version =>
  ({ model: name, revision: `v${number}` }) as never;

void test('an unfolded model shows its versions, or that they come, or why not', () => {
  const open: Record<string, object> = {
    'a/one': { value: [version('a/one', 2), version('a/one', 1)] },
    'a/two': {},
    'a/three': { problem: new Error('gone') }
  };
  const models = ['a/one', 'a/two', 'a/three', 'a/four'].map(name => model(name));
  assert.deepEqual(
    modelRows(models, '', name => open[name] as never).map(({ kind, key }) => `${kind} ${key}`),
    [
      'model a/one',
      'version a/one@v2',
      'version a/one@v1',
      'model a/two',
      'loading a/two…',
      'model a/three',
      'problem a/three!',
      'model a/four'
    ]
  );
});

void test('a model is found by its name and by its aliases', () => {
  const models = [model('lab/small', 'production'), model('lab/large')];
  const found = (part: string) => modelRows(models, part, () => undefined).map(({ key }) => key);
  assert.deepEqual(found('LARGE'), ['lab/large']);
  assert.deepEqual(found('prod'), ['lab/small']);
});

void test('the metric that says most comes first', () => {
  assert.deepEqual(mainMetric({ metrics: { loss: 2, bits_per_byte: 0.9 } }), [
    'bits_per_byte',
    0.9
  ]);
  assert.deepEqual(mainMetric({ metrics: { zeta: 1, alpha: 2 } }), ['alpha', 2]);
  assert.equal(mainMetric({ metrics: {} }), undefined);
});
