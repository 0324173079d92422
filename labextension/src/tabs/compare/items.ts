import type { IVersionRef } from '../../api/comparisons';

/** One of the things that are compared. */
export type Item = ({ kind: 'model' } & IVersionRef) | { kind: 'job'; id: string };

export const FEWEST = 2;
export const MOST = 6;

/** What a job's id looks like where nothing says that it is one. */
const JOB_ID = /^j\w+$/;

/**
 * Read `model:org/name@v2` or `job:<id>`, or either without the word before the colon; undefined
 * for anything else.
 */
export function parseItem(text: string): Item | undefined {
  const given = text.trim();
  const said = /^(model|job):(.+)$/s.exec(given);
  if (!said && JOB_ID.test(given)) {
    return { kind: 'job', id: given };
  }
  if (said?.[1] === 'job') {
    return { kind: 'job', id: said[2]! };
  }
  const version = said?.[2] ?? (/^[^:]+\/[^:]+@[^@]+$/.test(given) ? given : '');
  const [, name, revision] = /^(.+)@([^@]+)$/s.exec(version) ?? [];
  return name ? { kind: 'model', name, revision: revision! } : undefined;
}

/** The inverse of `parseItem`. */
export function formatItem(item: Item): string {
  return item.kind === 'job' ? `job:${item.id}` : `model:${item.name}@${item.revision}`;
}

/** The items in a link or in a tab's arguments: what is none, or there twice, is left out. */
export function readItems(args: { id?: unknown; items?: unknown }): Item[] {
  const texts = Array.isArray(args.items)
    ? args.items.map(String)
    : typeof args.id === 'string'
      ? args.id.split(',')
      : [];
  const found = new Map<string, Item>();
  for (const text of texts) {
    const item = parseItem(text);
    if (item && found.size < MOST) {
      found.set(formatItem(item), item);
    }
  }
  return [...found.values()];
}

/** The names of jobs by their ids, as far as they are known. */
export type JobNames = ReadonlyMap<string, string>;

/** What an item is called: a job by its name, and by its id too when another has that name. */
export function nameOf(item: Item, all: readonly Item[], names: JobNames): string {
  if (item.kind === 'model') {
    return `${item.name}@${item.revision}`;
  }
  const name = names.get(item.id);
  const same = all.filter(one => one.kind === 'job' && names.get(one.id) === name);
  return name === undefined ? item.id : same.length > 1 ? `${name} (${item.id})` : name;
}

/** What an item is called where there is little room. */
export function shortName(item: Item, all: readonly Item[], jobs: JobNames): string {
  if (item.kind === 'job') {
    return nameOf(item, all, jobs);
  }
  const names = new Set(all.flatMap(one => (one.kind === 'model' ? [one.name] : [])));
  return names.size > 1 ? nameOf(item, all, jobs) : item.revision;
}
