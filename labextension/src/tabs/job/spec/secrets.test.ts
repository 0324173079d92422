import assert from 'node:assert/strict';
import { test } from 'node:test';

import { looksSecret, MASK, shownValue } from './secrets';

test('names that tell of a secret', () => {
  for (const name of [
    'HF_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'OPENAI_API_KEY',
    'apiKey',
    'DB_PASSWORD',
    'PGPASSWORD',
    'WANDB_APIKEY',
    'sessionCookie',
    'GITHUB_AUTH'
  ]) {
    assert.ok(looksSecret(name), name);
  }
});

test('names that do not', () => {
  for (const name of ['OMP_NUM_THREADS', 'PATH', 'KEYBOARD', 'MONKEY', 'AUTHOR', 'CUDA_HOME']) {
    assert.ok(!looksSecret(name), name);
  }
});

test('a password in an address is masked, the rest is not', () => {
  assert.equal(
    shownValue('STORE', 'https://ann:hunter2@example.org/x'),
    `https://ann:${MASK}@example.org/x`
  );
  assert.equal(shownValue('URL', 'http://example.org:80/a@b'), 'http://example.org:80/a@b');
  assert.equal(shownValue('HF_TOKEN', 'x'), MASK);
  assert.equal(shownValue('HF_TOKEN', ''), '');
});
