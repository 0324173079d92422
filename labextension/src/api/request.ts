import { ServerConnection } from '@jupyterlab/services';

import { ndjson } from './ndjson';
import { Problem } from './problem';
import type { paths } from './schema';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What an operation takes: the names in its path, its query, its body; all as the server says. */
export type Input<O> = (O extends { parameters: { path: infer V } }
  ? { path: V }
  : { path?: never }) &
  (O extends { parameters: { query?: infer V } } ? { query?: V } : { query?: never }) &
  (O extends { requestBody?: { content: { 'application/json': infer V } } }
    ? { body?: V }
    : { body?: never }) & {
    signal?: AbortSignal;
  };

/** What an operation gives back, or one item of it where it streams. */
export type Output<O> = O extends { responses: { 200: { content: infer C } } }
  ? C[keyof C]
  : undefined;

/** A stream that says nothing for this long is broken: the server's heartbeat is 10 s. */
const SILENCE = 35_000;

interface IRequest {
  path?: object | undefined;
  query?: object | undefined;
  body?: unknown;
  signal?: AbortSignal;
}

/** The one way to the server: every call goes through the settings of the service manager. */
export class Requests {
  /**
   * @param _settings - Where the server is and how it is spoken to.
   * @param _language - What the reader reads, such as `zh-CN`: the server's sentences are in it.
   */
  constructor(
    private readonly _settings: ServerConnection.ISettings,
    private readonly _language = 'en'
  ) {}

  /**
   * Make one call and return its decoded answer.
   *
   * @throws Problem when the server refuses, is not there or has no OGAI Lab.
   */
  async call<P extends keyof paths, M extends Method>(
    method: M,
    path: P,
    input: Input<paths[P][M]>
  ): Promise<Output<paths[P][M]>> {
    const response = await this._fetch(method, path, input);
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as Output<paths[P][M]>;
  }

  /**
   * Yield the items of a streaming operation, null for signs of life, until the server or the
   * signal ends it.
   */
  async *stream<P extends keyof paths>(
    path: P,
    input: Input<paths[P]['get']> & { signal: AbortSignal }
  ): AsyncGenerator<Output<paths[P]['get']> | null> {
    const { signal } = input;
    const ending = new AbortController();
    const end = () => ending.abort();
    signal.addEventListener('abort', end);
    let timer = setTimeout(end, SILENCE);
    try {
      const response = await this._fetch('get', path, {
        ...(input as IRequest),
        signal: ending.signal
      });
      for await (const item of ndjson(response.body!)) {
        clearTimeout(timer);
        timer = setTimeout(end, SILENCE);
        yield item as Output<paths[P]['get']> | null;
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      end();
    }
  }

  private async _fetch(
    method: Method,
    path: string,
    { path: names = {}, query = {}, body, signal }: IRequest
  ): Promise<Response> {
    const init: RequestInit = {
      method: method.toUpperCase(),
      headers: { 'Accept-Language': this._language }
    };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
    }
    if (signal) {
      init.signal = signal;
    }
    const { baseUrl } = this._settings;
    const url = baseUrl.replace(/\/$/, '') + fill(path, names) + encode(query);
    const response = await ServerConnection.makeRequest(url, init, this._settings);
    if (!response.ok) {
      throw await problemOf(response);
    }
    return response;
  }
}

function fill(path: string, names: object): string {
  return Object.entries(names).reduce(
    (filled, [name, value]) => filled.replace(`{${name}}`, encodeURIComponent(String(value))),
    path
  );
}

/** A list becomes repeated keys; null and undefined are left out. */
function encode(query: object): string {
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const item of [value].flat() as (string | number | null | undefined)[]) {
      if (item !== null && item !== undefined) {
        pairs.append(key, String(item));
      }
    }
  }
  const text = pairs.toString();
  return text && `?${text}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const document: unknown = await response.json().catch(() => undefined);
  const problem = Problem.fromDocument(document, response.status);
  if (problem) {
    return problem;
  }
  const code = response.status === 404 ? 'server_missing' : 'http';
  return new Problem({
    code,
    status: response.status,
    detail: `${response.status} ${response.statusText}`
  });
}
