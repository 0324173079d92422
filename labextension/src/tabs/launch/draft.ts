import type { JSONObject, JSONValue } from '@lumino/coreutils';

import type { SpecProblem } from '../../api/types';

/** What a job can run, in the order in which it is offered. */
export const KINDS = ['script', 'notebook', 'call', 'module', 'command', 'cell'] as const;

/** `function` is a pickled function: it is kept when a job is cloned, and cannot be written. */
export type Kind = (typeof KINDS)[number] | 'function';

/** What the form holds: fields that are set, and what was written for other kinds of runs. */
export interface IDraft {
  spec: JSONObject;
  /** The runs of the kinds that are not chosen now, so that going back loses nothing. */
  others: Record<string, JSONObject>;
}

/** A payload longer than this is not kept over a reload. */
const LONGEST_PAYLOAD = 100_000;

const EMPTY: Record<string, JSONObject> = {
  script: { kind: 'script', path: '', args: [] },
  notebook: { kind: 'notebook', path: '', parameters: {} },
  call: { kind: 'call', function: '', parameters: {} },
  module: { kind: 'module', module: '', args: [] },
  command: { kind: 'command', argv: [] },
  cell: { kind: 'cell', source: '' }
};

/** A draft with nothing in it but the folder that travels. */
export function emptyDraft(workdir = ''): IDraft {
  return { spec: { run: EMPTY.script!, ...(workdir && { workdir }) }, others: {} };
}

/** What a draft runs. */
export function kindOf(draft: IDraft): Kind {
  return ((draft.spec.run as JSONObject | undefined)?.kind as Kind | undefined) ?? 'script';
}

/** The draft with another kind of run. */
export function withKind(draft: IDraft, kind: Kind): IDraft {
  const run = draft.spec.run as JSONObject;
  const others = { ...draft.others, [kindOf(draft)]: run };
  return { spec: { ...draft.spec, run: others[kind] ?? EMPTY[kind] ?? run }, others };
}

/** The text at a path of the spec; empty where there is none. */
export function textAt(spec: JSONObject, path: string): string {
  return shownText(valueAt(spec, path));
}

/** A text or a number as text; empty for anything else. */
export function shownText(value: JSONValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The value at a path of the spec. */
export function valueAt(spec: JSONObject, path: string): JSONValue | undefined {
  let found: JSONValue | undefined = spec;
  for (const part of path.split('.')) {
    found = (found as JSONObject | undefined)?.[part];
  }
  return found;
}

/** The spec with another value at a path; undefined takes the field away. */
export function withValue(
  spec: JSONObject,
  path: string,
  value: JSONValue | undefined
): JSONObject {
  const [name, ...rest] = path.split('.') as [string, ...string[]];
  const inner = rest.length
    ? withValue((spec[name] as JSONObject | undefined) ?? {}, rest.join('.'), value)
    : value;
  if (inner === undefined || (rest.length > 0 && isEmpty(inner))) {
    return Object.fromEntries(Object.entries(spec).filter(([other]) => other !== name));
  }
  return { ...spec, [name]: inner };
}

/** A draft of a spec that was a job's or a template's: what is as by default is not set. */
export function draftOf(spec: JSONObject, presets: JSONObject): IDraft {
  const kept = Object.entries(spec).filter(
    ([name, value]) =>
      name === 'run' || (value !== null && !isEmpty(value) && !same(value, presets[name]))
  );
  return { spec: { run: EMPTY.script!, ...Object.fromEntries(kept) }, others: {} };
}

/** What of a draft is worth keeping over a reload. */
export function keepable(draft: IDraft): IDraft {
  const run = draft.spec.run as JSONObject;
  return typeof run.payload === 'string' && run.payload.length > LONGEST_PAYLOAD
    ? { ...draft, spec: { ...draft.spec, run: EMPTY.script! } }
    : draft;
}

/** Whether two JSON values say the same, the order of names aside. */
export function same(one: JSONValue | undefined, other: JSONValue | undefined): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** The problems that belong to a field: its own and those of its parts (`labels.x`, `argv.0`). */
export function problemsAt(problems: readonly SpecProblem[], path: string): SpecProblem[] {
  return problems.filter(({ field }) => field === path || field?.startsWith(`${path}.`) === true);
}

/** The spec as it is sent: a cell ends with a line's end, as the text of any cell does. */
export function sent(spec: JSONObject): JSONObject {
  const run = spec.run as JSONObject;
  const source = run.source;
  return typeof source === 'string' && source !== '' && !source.endsWith('\n')
    ? { ...spec, run: { ...run, source: `${source}\n` } }
    : spec;
}

function isEmpty(value: JSONValue): boolean {
  return (
    value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}

function sorted(value: JSONValue | undefined): JSONValue | undefined {
  if (Array.isArray(value)) {
    return value.map(one => sorted(one)!);
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)!]));
  }
  return value;
}
