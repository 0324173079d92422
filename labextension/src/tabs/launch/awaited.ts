import type { SpecProblem } from '../../api/types';
import { kindOf, valueAt, type IDraft, type Kind } from './draft';

/** The field of each kind without which nothing runs. */
const NEEDED: Partial<Record<Kind, string>> = {
  script: 'run.path',
  notebook: 'run.path',
  call: 'run.function',
  module: 'run.module',
  command: 'run.argv',
  cell: 'run.source'
};

/** The field that says what runs, while it is empty; undefined when it is filled in. */
export function awaitedField(draft: IDraft): string | undefined {
  const path = NEEDED[kindOf(draft)];
  const value = path === undefined ? true : (valueAt(draft.spec, path) ?? '');
  return value === '' || (Array.isArray(value) && value.length === 0) ? path : undefined;
}

/**
 * What is wrong with a draft, of what the server found. Of a run that is not chosen yet that is
 * nothing, or where it is given the one sentence `empty`.
 */
export function problemsOf(
  draft: IDraft,
  found: readonly SpecProblem[],
  empty = ''
): SpecProblem[] {
  const field = awaitedField(draft);
  if (!field) {
    return [...found];
  }
  const others = found.filter(({ field: at }) => at !== 'run' && !at?.startsWith('run.'));
  return empty ? [{ field, message: empty, cause: '', action: '' }, ...others] : others;
}

/** Whether it is begun to say what runs, when a draft becomes another: a new kind begins anew. */
export function isBegun(begun: boolean, before: IDraft, after: IDraft): boolean {
  return (
    kindOf(before) === kindOf(after) && (begun || awaitedField(before) !== awaitedField(after))
  );
}
