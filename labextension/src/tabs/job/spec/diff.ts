/** What became of one value from one document to another. */
export type Verdict = 'added' | 'removed' | 'changed' | 'same';

/** One value, by where it stands, in two documents. */
export interface IDifference {
  /** The names and places that lead to it. */
  path: readonly string[];
  verdict: Verdict;
  /** Undefined where the document does not have it. */
  before: unknown;
  after: unknown;
}

/**
 * Compare two documents of JSON, value by value, in the order in which the second has them.
 *
 * A list of plain values is one value: a word that is put in front of a command would else
 * change every word of it.
 */
export function diff(before: unknown, after: unknown): IDifference[] {
  return compare([], before, after);
}

/** How many values were added, removed and changed. */
export function count(differences: readonly IDifference[]): Record<Verdict, number> {
  const found = { added: 0, removed: 0, changed: 0, same: 0 };
  for (const { verdict } of differences) {
    found[verdict]++;
  }
  return found;
}

function compare(path: readonly string[], before: unknown, after: unknown): IDifference[] {
  const alike = isObject(before) && isObject(after) && isList(before) === isList(after);
  if (alike && (isTree(before) || isTree(after))) {
    const names = [...Object.keys(after), ...Object.keys(before).filter(name => !has(after, name))];
    return names.flatMap(name => compare([...path, name], child(before, name), child(after, name)));
  }
  if (before === undefined && isTree(after)) {
    return Object.keys(after).flatMap(name => compare([...path, name], undefined, after[name]));
  }
  if (after === undefined && isTree(before)) {
    return Object.keys(before).flatMap(name => compare([...path, name], before[name], undefined));
  }
  return [{ path, verdict: verdictOf(before, after), before, after }];
}

function verdictOf(before: unknown, after: unknown): Verdict {
  if (before === undefined) {
    return 'added';
  }
  if (after === undefined) {
    return 'removed';
  }
  return JSON.stringify(before) === JSON.stringify(after) ? 'same' : 'changed';
}

/** Whether a value is looked into: an object with names, or a list that holds such. */
function isTree(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) {
    return false;
  }
  return isList(value) ? Object.values(value).some(isObject) : Object.keys(value).length > 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isList(value: unknown): boolean {
  return Array.isArray(value);
}

function child(tree: Record<string, unknown>, name: string): unknown {
  return has(tree, name) ? tree[name] : undefined;
}

function has(tree: object, name: string): boolean {
  return Object.prototype.hasOwnProperty.call(tree, name);
}
