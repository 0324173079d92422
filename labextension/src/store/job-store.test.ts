import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Problem } from '../api/problem';
import type { IJobQuery, IJobSource } from '../api/scheduler';
import type { ActivityEvent, Job, JobPage, JobState } from '../api/types';
import { JobStore } from './job-store';
import { Live, type IEventSource } from './stream';

/** A server with some jobs and an event stream that can be cut. */
class Server implements IJobSource, IEventSource {
  readonly calls: string[] = [];
  readonly states: (JobState[] | undefined)[] = [];
  jobsById = new Map<string, Job>();
  down = false;
  follower: { push: (event: ActivityEvent | null) => void; cut: () => void } | undefined;

  put(id: string, state: JobState, created: number, version = 1, owner = 'me'): void {
    this.jobsById.set(id, { id, name: `job-${id}`, state, created, version, owner } as Job);
  }

  change(id: string, state: JobState): void {
    const job = this.jobsById.get(id)!;
    this.put(id, state, job.created, job.version + 1);
    this.tell(id);
  }

  tell(id: string, deleted = false): void {
    const { state, version } = this.jobsById.get(id)!;
    if (deleted) {
      this.jobsById.delete(id);
    }
    this.follower?.push({
      seq: 1,
      time: 0,
      schema_id: 'https://x/scheduler/job/v1',
      data: { job: id, state, version, attempt: 1, reason: '', deleted }
    });
  }

  async greet(): Promise<string> {
    this._answer('greet');
    return 'me';
  }

  async jobs(query: IJobQuery): Promise<JobPage> {
    this._answer('jobs');
    this.states.push(query.state);
    const wanted = [...this.jobsById.values()]
      .filter(
        job =>
          job.name.includes(query.name ?? '') &&
          job.owner === (query.owner ?? job.owner) &&
          (query.state ?? [job.state]).includes(job.state)
      )
      .sort((a, b) => b.created - a.created);
    const from = Number(query.cursor ?? 0);
    const to = from + query.limit;
    return {
      items: wanted.slice(from, to),
      total: wanted.length,
      cursor: to < wanted.length ? String(to) : null
    };
  }

  async job(id: string): Promise<Job> {
    this._answer(`job ${id}`);
    const job = this.jobsById.get(id);
    if (!job) {
      throw new Problem({ code: 'not_found', detail: id });
    }
    return job;
  }

  async lastEvent(): Promise<number> {
    this._answer('last');
    return 0;
  }

  async *events(_: number, signal: AbortSignal): AsyncGenerator<ActivityEvent | null> {
    this._answer('follow');
    const queue: (ActivityEvent | null | 'cut')[] = [];
    let wake = () => {};
    const put = (item: ActivityEvent | null | 'cut') => {
      queue.push(item);
      wake();
    };
    this.follower = { push: put, cut: () => put('cut') };
    signal.addEventListener('abort', () => put('cut'));
    for (;;) {
      while (queue.length > 0) {
        const item = queue.shift()!;
        if (item === 'cut') {
          this.follower = undefined;
          return;
        }
        yield item;
      }
      await new Promise<void>(resolve => (wake = resolve));
    }
  }

  private _answer(call: string): void {
    this.calls.push(call);
    if (this.down) {
      throw new TypeError('Failed to fetch');
    }
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (condition()) {
      return;
    }
    mock.timers.tick(50);
    await new Promise(resolve => setImmediate(resolve));
  }
  assert.fail(`never: ${what}`);
}

const ids = (store: JobStore) => store.jobs.map(job => job.id).join(' ');

async function live(server: Server): Promise<JobStore> {
  const store = new JobStore(server, new Live(server));
  store.look();
  await until(() => store.connection === 'live' && server.follower !== undefined, 'live');
  return store;
}

function timed(name: string, body: () => Promise<void>): void {
  void test(name, async context => {
    mock.timers.enable({ apis: ['setTimeout'] });
    context.after(() => mock.timers.reset());
    await body();
  });
}

timed(
  'without anybody looking there is no request; the last one to leave ends the stream',
  async () => {
    const server = new Server();
    const store = new JobStore(server, new Live(server));
    assert.deepEqual(server.calls, []);
    const first = store.look();
    const second = store.look();
    await until(() => server.follower !== undefined, 'following');
    first.dispose();
    first.dispose();
    assert.equal(store.connection, 'live');
    second.dispose();
    await until(() => server.follower === undefined, 'left');
    assert.equal(store.connection, 'idle');
    store.dispose();
  }
);

timed('new, changed and deleted jobs come by events, newest first', async () => {
  const server = new Server();
  server.put('a', 'running', 1);
  server.put('c', 'queued', 3);
  const store = await live(server);
  const moves: string[] = [];
  store.moved.connect((_, { job, from }) => moves.push(`${job.id}: ${from} → ${job.state}`));
  server.put('b', 'queued', 2);
  server.put('d', 'queued', 4);
  server.tell('b');
  server.tell('d');
  await until(() => ids(store) === 'd c b a', 'inserted in order');
  server.change('a', 'succeeded');
  await until(() => moves.length > 0, 'moved');
  assert.deepEqual(moves, ['a: running → succeeded']);
  server.tell('c', true);
  await until(() => ids(store) === 'd b a', 'deleted');
  assert.equal(store.total, 3);
  store.dispose();
});

timed('a burst of changes is one fetch of the list, not one a job', async () => {
  const server = new Server();
  for (let index = 0; index < 100; index++) {
    server.put(`j${index}`, 'running', index);
  }
  const store = await live(server);
  server.calls.length = 0;
  for (let index = 0; index < 100; index++) {
    server.change(`j${index}`, 'succeeded');
  }
  await until(() => store.jobs.every(job => job.state === 'succeeded'), 'all changed');
  assert.ok(server.calls.length <= 3, server.calls.join());
  store.dispose();
});

timed('a lost server leaves the list as it was; the reconnect heals what was missed', async () => {
  const server = new Server();
  server.put('a', 'running', 1);
  const store = await live(server);
  server.down = true;
  server.follower!.cut();
  await until(() => store.connection === 'lost', 'lost');
  await until(
    () => store.problem?.code === 'unreachable' && server.calls.length > 6,
    'tried again'
  );
  assert.equal(ids(store), 'a');
  server.change('a', 'failed');
  server.put('b', 'queued', 2);
  server.down = false;
  await until(() => store.connection === 'live', 'live again');
  assert.equal(ids(store), 'b a');
  assert.equal(store.find('a')?.state, 'failed');
  assert.equal(store.problem, undefined);
  store.dispose();
});

timed(
  'progress is read while a job runs; who only waits is asked about when others moved',
  async () => {
    const server = new Server();
    server.put('a', 'running', 1);
    server.put('b', 'queued', 2);
    const store = await live(server);
    const progress = { step: 7, steps: 10, seconds_left: null };
    server.jobsById.set('a', { ...server.jobsById.get('a')!, progress });
    await until(() => store.find('a')?.progress?.step === 7, 'progress');
    assert.deepEqual(server.states.at(-1), ['running']);
    server.change('a', 'stopping');
    await until(() => server.states.at(-1)?.includes('queued') ?? false, 'places in line');
    store.dispose();
  }
);

timed('an older answer never overwrites a newer one', async () => {
  const server = new Server();
  server.put('a', 'running', 1, 5);
  const store = await live(server);
  server.put('a', 'starting', 1, 4);
  server.tell('a');
  const before = server.calls.length;
  await until(() => server.calls.slice(before).includes('job a'), 'asked');
  assert.equal(store.find('a')?.state, 'running');
  store.dispose();
});

timed('pages come on demand, and a filter starts anew', async () => {
  const server = new Server();
  for (let index = 0; index < 450; index++) {
    server.put(`j${index}`, 'succeeded', index);
  }
  const store = await live(server);
  assert.equal(store.jobs.length, 200);
  assert.equal(store.total, 450);
  server.change('j0', 'failed');
  await until(() => server.calls.at(-1) === 'job j0', 'asked about a job of a later page');
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(store.total, 450);
  await store.more();
  await store.more();
  await store.more();
  assert.equal(store.jobs.length, 450);
  store.filter = 'j44';
  await until(() => store.ready, 'filtered');
  assert.equal(ids(store), 'j449 j448 j447 j446 j445 j444 j443 j442 j441 j440 j44');
  store.dispose();
});

timed('a watched job is kept fresh although the list does not hold it', async () => {
  const server = new Server();
  server.put('a', 'running', 1);
  const store = new JobStore(server, new Live(server));
  store.filter = 'nothing has this';
  store.look();
  const watch = store.watch('a');
  await until(() => store.find('a')?.state === 'running', 'found');
  server.change('a', 'succeeded');
  await until(() => store.find('a')?.state === 'succeeded', 'told');
  assert.equal(ids(store), '');
  watch.dispose();
  store.dispose();
});

timed('a state is shown as soon as it is told, before anything is fetched', async () => {
  const server = new Server();
  server.put('a', 'running', 1);
  const store = await live(server);
  server.calls.length = 0;
  server.change('a', 'failed');
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(store.find('a')?.state, 'failed');
  assert.deepEqual(server.calls, []);
  store.dispose();
});

timed('mine are those of whom the server takes us for, the new ones too', async () => {
  const server = new Server();
  server.put('a', 'running', 1);
  server.put('b', 'running', 2, 1, 'somebody');
  const store = await live(server);
  assert.equal(ids(store), 'b a');
  store.mine = true;
  await until(() => store.ready, 'mine');
  assert.equal(ids(store), 'a');
  server.put('c', 'queued', 3, 1, 'somebody');
  server.put('d', 'queued', 4);
  server.tell('c');
  server.tell('d');
  await until(() => ids(store) === 'd a', 'only my new one');
  store.dispose();
});
