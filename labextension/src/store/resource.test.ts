import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Problem } from '../api/problem';
import type { ActivityEvent } from '../api/types';
import { Resource } from './resource';
import { Live, type IEventSource } from './stream';

/** A server with one number and an event stream that can be cut. */
class Server implements IEventSource {
  readonly calls: string[] = [];
  value = 0;
  problem: Problem | undefined;
  followers = new Set<(item: ActivityEvent | null | 'cut') => void>();

  tell(kind: string): void {
    const event = { seq: 1, time: 0, schema_id: kind, data: {} };
    this.followers.forEach(push => push(event));
  }

  cut(): void {
    this.followers.forEach(push => push('cut'));
  }

  async greet(): Promise<string> {
    this.answer('greet');
    return 'me';
  }

  async lastEvent(): Promise<number> {
    return 0;
  }

  async *events(_: number, signal: AbortSignal): AsyncGenerator<ActivityEvent | null> {
    const queue: (ActivityEvent | null | 'cut')[] = [];
    let wake = () => {};
    const push = (item: ActivityEvent | null | 'cut') => {
      queue.push(item);
      wake();
    };
    this.followers.add(push);
    signal.addEventListener('abort', () => push('cut'));
    for (;;) {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        if (item === 'cut') {
          this.followers.delete(push);
          return;
        }
        yield item;
      }
      await new Promise<void>(resolve => (wake = resolve));
    }
  }

  async get(): Promise<number> {
    this.answer('get');
    return this.value;
  }

  answer(call: string): void {
    this.calls.push(call);
    if (this.problem) {
      throw this.problem;
    }
  }
}

const DOWN = new Problem({ code: 'unreachable', detail: 'Failed to fetch' });
const FORBIDDEN = new Problem({ code: 'forbidden', detail: 'no', status: 403 });

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (condition()) {
      return;
    }
    mock.timers.tick(50);
    await new Promise(resolve => setImmediate(resolve));
  }
  assert.fail(`never: ${what}`);
}

function timed(name: string, body: (server: Server, live: Live) => Promise<void>): void {
  void test(name, async context => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    context.after(() => mock.timers.reset());
    const server = new Server();
    await body(server, new Live(server));
  });
}

function numbers(server: Server, live: Live): Resource<number> {
  return new Resource(live, {
    load: () => server.get(),
    concerns: event => event.schema_id === 'number'
  });
}

timed('nobody looks: no request; the last one to leave ends the stream', async (server, live) => {
  const [first, second] = [numbers(server, live), numbers(server, live)];
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(server.calls, []);
  const looks = [first.look(), second.look()];
  await until(() => second.value === 0 && first.connection === 'live', 'live');
  assert.equal(server.followers.size, 1, 'one stream for all');
  looks[0]!.dispose();
  assert.equal(first.connection, 'idle');
  assert.equal(live.connection, 'live');
  looks[1]!.dispose();
  await until(() => server.followers.size === 0, 'closed');
  assert.equal(live.connection, 'idle');
});

timed('only an event that concerns it fetches it, a burst once', async (server, live) => {
  const resource = numbers(server, live);
  resource.look();
  await until(() => resource.connection === 'live', 'live');
  server.calls.length = 0;
  server.value = 1;
  server.tell('other');
  for (let count = 0; count < 100; count++) {
    server.tell('number');
  }
  await until(() => resource.value === 1, 'fetched');
  assert.deepEqual(server.calls, ['get']);
  server.value = 2;
  server.tell('number');
  await until(() => resource.value === 2, 'and again');
  resource.dispose();
});

timed('what changes while it is fetched is fetched again', async (server, live) => {
  const resource = new Resource(live, {
    load: async () => {
      const value = await server.get();
      if (server.calls.filter(call => call === 'get').length === 1) {
        server.value = 7; // after the answer was made
        server.tell('number');
        await new Promise(resolve => setImmediate(resolve));
      }
      return value;
    },
    concerns: () => true
  });
  resource.look();
  await until(() => resource.value === 7, 'the newer value');
  resource.dispose();
});

timed('a lost server leaves the value; the reconnect heals it', async (server, live) => {
  const resource = numbers(server, live);
  resource.look();
  await until(() => resource.connection === 'live', 'live');
  const { heard } = resource;
  server.problem = DOWN;
  server.cut();
  await until(() => resource.connection === 'lost', 'lost');
  await until(() => resource.problem?.code === 'unreachable', 'why');
  assert.equal(resource.value, 0);
  assert.equal(resource.heard, heard);
  server.value = 5;
  server.problem = undefined;
  await until(() => resource.connection === 'live', 'live again');
  assert.equal(resource.value, 5);
  assert.equal(resource.problem, undefined);
  resource.dispose();
});

timed('what may not be read is tried again, and the stream goes on', async (server, live) => {
  const resource = new Resource(live, {
    load: async () => {
      if (server.value === 0) {
        throw FORBIDDEN;
      }
      return server.value;
    },
    concerns: () => false
  });
  resource.look();
  await until(() => resource.problem === FORBIDDEN, 'forbidden');
  assert.equal(resource.connection, 'lost');
  assert.equal(live.connection, 'live');
  server.value = 1;
  resource.retry();
  await until(() => resource.value === 1 && resource.connection === 'live', 'allowed now');
  resource.dispose();
});

timed('what no event tells is looked at on a slow pulse, while looked at', async (server, live) => {
  const resource = new Resource(live, {
    load: () => server.get(),
    concerns: () => false,
    glance: async before => before + 1,
    pulse: 1000
  });
  const look = resource.look();
  await until(() => resource.value === 3, 'three beats');
  assert.deepEqual(
    server.calls.filter(call => call === 'get'),
    ['get']
  );
  look.dispose();
  const { value } = resource;
  for (let turn = 0; turn < 50; turn++) {
    mock.timers.tick(200);
    await new Promise(resolve => setImmediate(resolve));
  }
  assert.equal(resource.value, value);
});

timed('disposed, it leaves nothing behind', async (server, live) => {
  const resource = numbers(server, live);
  resource.look();
  await until(() => resource.connection === 'live', 'live');
  resource.dispose();
  await until(() => server.followers.size === 0, 'closed');
  server.calls.length = 0;
  resource.look();
  resource.retry();
  server.tell('number');
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(server.calls, []);
});
