import { diff } from '../job/spec/diff';

/** One value of several documents. */
export interface IRow {
  /** The names that lead to it. */
  path: readonly string[];
  /** One value for each document; undefined where a document does not have it. */
  values: unknown[];
  differs: boolean;
}

/** Lay documents side by side, value by value; those of the first stand first. */
export function sideBySide(documents: readonly unknown[]): IRow[] {
  const [first, ...others] = documents;
  const rows = new Map<string, IRow>();
  const row = (path: readonly string[]) => {
    const key = JSON.stringify(path);
    const found = rows.get(key) ?? {
      path,
      values: Array.from({ length: documents.length }, () => undefined),
      differs: false
    };
    rows.set(key, found);
    return found;
  };
  for (const { path, before } of diff(first, first)) {
    row(path).values[0] = before;
  }
  others.forEach((other, index) => {
    for (const { path, before, after, verdict } of diff(first, other)) {
      const found = row(path);
      found.values[0] = before;
      found.values[index + 1] = after;
      found.differs ||= verdict !== 'same';
    }
  });
  return [...rows.values()];
}
