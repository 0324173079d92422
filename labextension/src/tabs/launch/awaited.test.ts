import assert from 'node:assert/strict';
import { test } from 'node:test';

import { awaitedField, isBegun, problemsOf } from './awaited';
import { emptyDraft, KINDS, withKind } from './draft';

const path = (text: string) => ({
  spec: { run: { kind: 'script', path: text, args: [] } },
  others: {}
});

test('an empty form waits for what runs, whatever its kind', () => {
  for (const kind of KINDS) {
    assert.match(awaitedField(withKind(emptyDraft(), kind)) ?? '', /^run\./, kind);
  }
  assert.equal(awaitedField(path('train.py')), undefined);
  assert.equal(
    awaitedField({ spec: { run: { kind: 'function', name: 'f' } }, others: {} }),
    undefined
  );
});

test('nothing is said of a run that is not chosen, all of the rest', () => {
  const problem = (field: string | null) => ({ field, message: '', cause: '', action: '' });
  const problems = ['run', 'run.path', 'runs', 'gpus', null].map(problem);
  assert.deepEqual(
    problemsOf(emptyDraft(), problems).map(({ field }) => field),
    ['runs', 'gpus', null]
  );
  assert.equal(problemsOf(emptyDraft(), problems, 'empty')[0]!.message, 'empty');
  assert.deepEqual(problemsOf(path('train.py'), problems, 'empty'), problems);
});

test('what runs is begun by writing it, not by choosing a kind', () => {
  assert.ok(isBegun(false, path(''), path('t')));
  assert.ok(isBegun(true, path('t'), path('')));
  assert.ok(!isBegun(false, path(''), path('')));
  assert.ok(!isBegun(true, path('t'), withKind(path('t'), 'command')));
});
