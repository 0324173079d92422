import type { Job, Node, Version } from '../api/types';

/** The code of a cell that takes up a job again: it shows its state and its curves, live. */
export function jobCell({ id, name }: Pick<Job, 'id' | 'name'>): string {
  return ['import ogai_lab as ogai', '', `ogai.JobView(${quoted(id)})  ${comment(name)}`].join(
    '\n'
  );
}

/** The code that loads a version of a model. */
export function versionCell({ model, revision }: Pick<Version, 'model' | 'revision'>): string {
  return [
    'from transformers import AutoModelForCausalLM',
    '',
    `model = ${loadSnippet({ model, revision })}`
  ].join('\n');
}

/** The expression that loads a version of a model. */
export function loadSnippet({ model, revision }: Pick<Version, 'model' | 'revision'>): string {
  return `AutoModelForCausalLM.from_pretrained(${quoted(model)}, revision=${quoted(revision)})`;
}

/** The code of a cell that runs something as large as a node. */
export function nodeCell(node: Pick<Node, 'name' | 'cpus' | 'gpus'>): string {
  const gpus = node.gpus.length;
  const size = [`cpus=${Math.floor(node.cpus) || node.cpus}`, ...(gpus ? [`gpus=${gpus}`] : [])];
  return [
    'import ogai_lab as ogai',
    '',
    comment(`as large as ${node.name}`),
    `job = ogai.run("train.py", ${size.join(', ')})`,
    'job'
  ].join('\n');
}

/** The code of a cell that opens what a data run made. */
export function manifestCell(digest: string, name: string): string {
  return [
    'import ogai_lab as ogai',
    '',
    comment(name),
    `corpus = ogai.connect().data.manifest(${quoted(digest)})`,
    'corpus'
  ].join('\n');
}

/** Text as a Python literal. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Text as a Python comment: whatever it holds, it stays one line. */
function comment(text: string): string {
  return `# ${text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim()}`;
}
