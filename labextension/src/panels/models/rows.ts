import type { Problem } from '../../api/problem';
import type { Model, Version } from '../../api/types';
import type { IResource } from '../../store/resource';
import { holds } from '../filter';

/** A row of the tree of models. */
export type ModelRow =
  | { kind: 'model'; key: string; model: Model; open: boolean }
  | { kind: 'version'; key: string; version: Version }
  | { kind: 'loading'; key: string; model: string }
  | { kind: 'problem'; key: string; model: string; problem: Problem };

/** The tree of models, unfolded where it is, as the rows of a list. */
export function modelRows(
  models: readonly Model[],
  part: string,
  versionsOf: (model: string) => IResource<Version[]> | undefined
): ModelRow[] {
  return models
    .filter(({ name, aliases }) => holds(part, name, ...aliases.map(alias => alias.name)))
    .flatMap(model => {
      const versions = versionsOf(model.name);
      const head: ModelRow = {
        kind: 'model',
        key: model.name,
        model,
        open: versions !== undefined
      };
      return versions ? [head, ...inner(model.name, versions)] : [head];
    });
}

function inner(model: string, { value, problem }: IResource<Version[]>): ModelRow[] {
  if (value) {
    return value.map(version => ({ kind: 'version', key: nameOf(version), version }));
  }
  return problem
    ? [{ kind: 'problem', key: `${model}!`, model, problem }]
    : [{ kind: 'loading', key: `${model}…`, model }];
}

/** What names a version everywhere: `org/name@v2`. */
export function nameOf({ model, revision }: Pick<Version, 'model' | 'revision'>): string {
  return `${model}@${revision}`;
}

/** The metrics that say most about a language model, the first of them first. */
const MAIN = ['bits_per_byte', 'val_loss', 'eval_loss', 'loss', 'accuracy', 'score'];

/** The one metric of a version that a list shows. */
export function mainMetric({ metrics }: Pick<Version, 'metrics'>): [string, number] | undefined {
  const name = MAIN.find(known => known in metrics) ?? Object.keys(metrics).sort()[0];
  const value = name === undefined ? undefined : metrics[name];
  return name === undefined || value === undefined ? undefined : [name, value];
}
