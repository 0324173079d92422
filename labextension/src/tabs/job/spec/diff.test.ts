import assert from 'node:assert/strict';
import { test } from 'node:test';

import { count, diff } from './diff';

const told = (before: unknown, after: unknown) =>
  diff(before, after).map(({ path, verdict }) => `${path.join('.')} ${verdict}`);

test('values are the same, changed, added or removed', () => {
  const before = { nodes: 1, name: 'a', timeout: 5, deep: { x: 1 } };
  const after = { nodes: 2, name: 'a', deep: { x: 1, y: null } };
  assert.deepEqual(told(before, after), [
    'nodes changed',
    'name same',
    'deep.x same',
    'deep.y added',
    'timeout removed'
  ]);
  assert.deepEqual(count(diff(before, after)), { added: 1, removed: 1, changed: 1, same: 2 });
});

test('a list of words is one value, a list of objects is looked into', () => {
  assert.deepEqual(told({ argv: ['a', 'b'] }, { argv: ['x', 'a', 'b'] }), ['argv changed']);
  assert.deepEqual(told({ on: [{ k: 1 }] }, { on: [{ k: 2 }, { k: 3 }] }), [
    'on.0.k changed',
    'on.1.k added'
  ]);
});

test('what comes or goes as a whole is told value by value', () => {
  assert.deepEqual(told({}, { run: { kind: 'script', args: [] } }), [
    'run.kind added',
    'run.args added'
  ]);
  assert.deepEqual(told({ run: { kind: 'script' } }, {}), ['run.kind removed']);
  assert.deepEqual(told({ run: 'a' }, { run: { kind: 'script' } }), ['run changed']);
});

test('names of the prototype are names like others', () => {
  assert.deepEqual(told({}, JSON.parse('{"__proto__": 1, "constructor": 2}')), [
    '__proto__ added',
    'constructor added'
  ]);
});

test('a document and itself do not differ', () => {
  const spec = { a: [], b: {}, c: [{ d: [1] }], e: '' };
  assert.ok(diff(spec, structuredClone(spec)).every(({ verdict }) => verdict === 'same'));
});
