import type { IVersionRef } from '../../api/comparisons';

/** One of the things that are compared. */
export type Item = ({ kind: 'model' } & IVersionRef) | { kind: 'job'; id: string };

export const FEWEST = 2;
export const MOST = 6;

/** Read `model:org/name@v2` or `job:<id>`; undefined for anything else. */
export function parseItem(text: string): Item | undefined {
  const [, kind, rest] = /^(model|job):(.+)$/s.exec(text.trim()) ?? [];
  if (kind === 'job') {
    return { kind, id: rest! };
  }
  const [, name, revision] = /^(.+)@([^@]+)$/s.exec(rest ?? '') ?? [];
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

/** What an item is called where there is little room. */
export function shortName(item: Item, all: readonly Item[]): string {
  if (item.kind === 'job') {
    return item.id;
  }
  const names = new Set(all.flatMap(one => (one.kind === 'model' ? [one.name] : [])));
  return names.size > 1 ? `${item.name}@${item.revision}` : item.revision;
}
