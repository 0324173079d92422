import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Job } from '../../api/types';
import { firstPane, paneOf } from './panes';

const job = (state: string, metrics: object = {}) => ({ state, metrics }) as Job;

test('a tab opens at what one wants to know', () => {
  assert.equal(firstPane(job('queued')), 'explain');
  assert.equal(firstPane(job('failed', { loss: 1 })), 'explain');
  assert.equal(firstPane(job('running', { loss: 1 })), 'curves');
  assert.equal(firstPane(job('succeeded')), 'logs');
});

test('only names of panes are panes', () => {
  assert.equal(paneOf('logs'), 'logs');
  assert.equal(paneOf('toString'), undefined);
  assert.equal(paneOf(3), undefined);
});
