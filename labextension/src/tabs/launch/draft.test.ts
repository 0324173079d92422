import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  draftOf,
  emptyDraft,
  keepable,
  problemsAt,
  sent,
  valueAt,
  withKind,
  withValue
} from './draft';
import { fieldAt } from './schema';

test('going to another kind of run and back loses nothing', () => {
  const draft = emptyDraft();
  const written = { ...draft, spec: withValue(draft.spec, 'run.path', 'a.py') };
  const there = withKind(written, 'command');
  assert.deepEqual(there.spec.run, { kind: 'command', argv: [] });
  assert.equal(valueAt(withKind(there, 'script').spec, 'run.path'), 'a.py');
});

test('a value is set in its place and taken away without a trace', () => {
  const spec = withValue({ run: {} }, 'restarts.limit', 3);
  assert.deepEqual(spec, { run: {}, restarts: { limit: 3 } });
  assert.deepEqual(withValue(spec, 'restarts.limit', undefined), { run: {} });
  assert.deepEqual(withValue(spec, 'restarts', undefined), { run: {} });
});

test('a draft of a job sets what is not as by default', () => {
  const run = { kind: 'script', path: 'a.py', args: [] };
  const presets = { nodes: 1, restarts: { limit: 0, delay: 0 }, queue: 'default' };
  const spec = { run, nodes: 2, gpus: 0, memory: null, labels: {}, queue: 'default' };
  assert.deepEqual(draftOf({ ...spec, restarts: { delay: 0, limit: 0 } }, presets).spec, {
    run,
    nodes: 2,
    gpus: 0
  });
});

test('problems belong to the field and its parts', () => {
  const problem = (field: string | null) => ({ field, message: '', cause: '', action: '' });
  const all = ['run.argv.0', 'run.argv', 'nodes', null].map(problem);
  assert.deepEqual(problemsAt(all, 'run.argv'), all.slice(0, 2));
  assert.deepEqual(problemsAt(all, 'node'), []);
});

test('a cell is sent with its last line ended, and a long payload is not kept', () => {
  assert.deepEqual(sent({ run: { kind: 'cell', source: 'x' } }).run, {
    kind: 'cell',
    source: 'x\n'
  });
  const spec = { run: { kind: 'function', name: 'f', payload: 'x'.repeat(200_000) } };
  assert.equal(valueAt(keepable({ spec, others: {} }).spec, 'run.kind'), 'script');
});

test('the schema says what a field is', () => {
  const schema = {
    $defs: {
      Policy: { properties: { on: { type: 'array', items: { $ref: '#/$defs/End' } } } },
      End: { enum: ['hang', 'killed'] }
    },
    properties: {
      cpus: {
        anyOf: [{ exclusiveMinimum: 0, type: 'number' }, { type: 'null' }],
        default: null,
        description: 'Cores.'
      },
      memory: { type: 'integer', minimum: 0 },
      nodes: { type: 'integer', minimum: 1, maximum: 9, default: 1 },
      restarts: { $ref: '#/$defs/Policy' }
    }
  };
  assert.deepEqual(fieldAt(schema, 'cpus'), {
    path: 'cpus',
    type: 'number',
    help: 'Cores.',
    minimum: 0
  });
  assert.equal(fieldAt(schema, 'memory')!.type, 'size');
  assert.deepEqual(fieldAt(schema, 'restarts.on')!.values, ['hang', 'killed']);
  assert.equal(fieldAt(schema, 'nodes')!.preset, 1);
  assert.equal(fieldAt(schema, 'no'), undefined);
});
