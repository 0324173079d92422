import assert from 'node:assert/strict';
import { test } from 'node:test';

import { jobCell, loadSnippet, nodeCell, versionCell } from './cells';

void test('a name from a user stays in its comment, and an id in its quotes', () => {
  const name = 'a\nimport os\r\u2028os.system("x")\u0000';
  const lines = jobCell({ id: 'j"1', name }).split('\n');
  assert.deepEqual(lines, [
    'import ogai_lab as ogai',
    '',
    'ogai.JobView("j\\"1")  # a import os os.system("x")'
  ]);
});

void test('a version is loaded by its name and revision', () => {
  const version = { model: 'org/name', revision: 'v2' };
  assert.equal(
    loadSnippet(version),
    'AutoModelForCausalLM.from_pretrained("org/name", revision="v2")'
  );
  assert.ok(versionCell(version).endsWith(`model = ${loadSnippet(version)}`));
});

void test('a node gives the size of a job; one without GPUs asks for none', () => {
  const node = { name: 'n1', cpus: 63.5, gpus: [] };
  assert.match(nodeCell(node), /ogai\.run\("train\.py", cpus=63\)/);
  const gpus = Array.from({ length: 8 }, (_, index) => ({ index }));
  assert.match(nodeCell({ ...node, gpus } as never), /cpus=63, gpus=8\)/);
  assert.match(nodeCell({ ...node, cpus: 0.5 }), /cpus=0.5\)/);
});
