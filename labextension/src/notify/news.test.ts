import assert from 'node:assert/strict';
import test from 'node:test';

import type { ActivityEvent, JobState } from '../api/types';
import { Digest } from './digest';
import { AT_ONCE, JobNews, type INews, type IWishes } from './news';

const ALL: IWishes = { started: 'always', succeeded: true, failed: true, cancelled: true };
const DEFAULT: IWishes = { ...ALL, started: 'waited' };

let seq = 0;

function event(job: string, state: JobState, version: number, rest: object = {}): ActivityEvent {
  const data = { job, name: `n-${job}`, owner: 'me', queue: 'default', state, version };
  return {
    seq: ++seq,
    time: 100,
    schema_id: 'https://schemas.ogai-lab.org/scheduler/job/v1',
    ...rest,
    data: { ...data, attempt: 1, reason: 'why', deleted: false, ...rest }
  };
}

const occasions = (news: (INews | undefined)[]) => news.map(item => item?.occasion);

test('a job of mine starts and ends: each is told once', () => {
  const news = new JobNews(() => 'me');
  const told = [
    news.take(event('a', 'queued', 1), ALL),
    news.take(event('a', 'starting', 2), ALL),
    news.take(event('a', 'running', 3), ALL),
    news.take(event('a', 'running', 3), ALL), // told twice
    news.take(event('a', 'failed', 4), ALL),
    news.take(event('a', 'failed', 4), ALL),
    news.take(event('a', 'failed', 5, { deleted: true }), ALL)
  ];
  assert.deepEqual(occasions(told).filter(Boolean), ['started', 'failed']);
  assert.equal(news.open.size, 0);
});

test('what is not mine, or not a job, is no news', () => {
  const news = new JobNews(() => 'me');
  assert.equal(news.take(event('a', 'failed', 2, { owner: 'you' }), ALL), undefined);
  assert.equal(
    news.take(event('a', 'failed', 2, { schema_id: 'x/models/version/v1' }), ALL),
    undefined
  );
});

test('a new attempt is not a start', () => {
  const news = new JobNews(() => 'me');
  const told = [
    news.take(event('a', 'running', 1), ALL),
    news.take(event('a', 'starting', 2, { attempt: 2 }), ALL),
    news.take(event('a', 'running', 3, { attempt: 2 }), ALL),
    news.take(event('b', 'running', 9, { attempt: 4 }), ALL)
  ];
  assert.deepEqual(occasions(told), ['started', undefined, undefined, undefined]);
});

test('a start is told by default only where the job had to wait', () => {
  const news = new JobNews(() => 'me');
  news.take(event('quick', 'queued', 1, { time: 100 }), DEFAULT);
  news.take(event('slow', 'queued', 1, { time: 100 }), DEFAULT);
  const told = [
    news.take(event('quick', 'running', 2, { time: 101 }), DEFAULT),
    news.take(event('slow', 'running', 2, { time: 101 + AT_ONCE }), DEFAULT),
    news.take(event('before', 'running', 2), DEFAULT) // it waits since before this page
  ];
  assert.deepEqual(occasions(told), [undefined, 'started', 'started']);
});

test('what is not wished for is not told', () => {
  const news = new JobNews(() => 'me');
  const wishes: IWishes = { started: 'never', succeeded: false, failed: true, cancelled: false };
  const told = (['running', 'succeeded', 'cancelled', 'failed'] as const).map(state =>
    news.take(event(state, state, 1), wishes)
  );
  assert.deepEqual(occasions(told), [undefined, undefined, undefined, 'failed']);
});

const item = (id: string): INews => ({ id, name: id, occasion: 'succeeded', reason: '' });
const items = (...ids: string[]) => ids.map(item);

test('three come singly, a fourth within the span makes one message', () => {
  const digest = new Digest();
  assert.equal(digest.take(items('a', 'b', 'c'), 0).single.length, 3);
  assert.deepEqual(digest.take(items('d'), 1000), {
    single: [],
    summary: items('d'),
    again: false
  });
  assert.deepEqual(digest.take(items('e'), 2000), {
    single: [],
    summary: items('d', 'e'),
    again: true
  });
  assert.equal(digest.take(items('f'), 60_000).single.length, 1);
});

test('a storm at once is one message', () => {
  const digest = new Digest();
  const many = Array.from({ length: 200 }, (_, number) => item(`j${number}`));
  const { single, summary } = digest.take(many, 0);
  assert.equal(single.length, 0);
  assert.equal(summary.length, 200);
});

test('a message that was put away does not come back with its old news', () => {
  const digest = new Digest();
  digest.take(items('a', 'b', 'c', 'd'), 0);
  const { summary } = digest.take(items('e'), 100);
  assert.equal(summary.length, 5);
  digest.dismissed(items('e'));
  assert.deepEqual(digest.take(items('f'), 200).summary, items('e', 'f'));
});
