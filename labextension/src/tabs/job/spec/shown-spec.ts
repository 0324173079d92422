import type { Job } from '../../../api/types';
import { masked } from './secrets';

type Spec = Job['spec'];

/** What a spec says where nothing was asked for. */
const USUAL: Partial<Record<keyof Spec, unknown>> = {
  nodes: 1,
  processes: null,
  cpus: null,
  gpus: 0,
  memory: null,
  queue: 'default',
  priority: 0,
  timeout: null,
  hang_timeout: null,
  environment: {},
  python: null,
  workdir: null,
  include: [],
  preload: [],
  labels: {},
  cluster: '',
  image: '',
  gpu: '',
  fabric: '',
  topology: '',
  priority_class: '',
  volumes: [],
  secrets: []
};

const USUAL_RESTARTS = { limit: 0, delay: 0 };

/**
 * A spec as a document to read: secrets are masked, the bytes of a function are not shown.
 *
 * @param all - whether values that nobody asked for are part of it.
 */
export function shownSpec(spec: Spec, all: boolean): Record<string, unknown> {
  const { name, run, ...rest } = JSON.parse(JSON.stringify(spec)) as Spec;
  if (run.kind === 'function') {
    delete (run as { payload?: string }).payload;
  }
  const document = { name, run, ...rest, environment: masked(rest.environment) };
  return Object.fromEntries(
    Object.entries(document).filter(([name, value]) => all || !isUsual(name, value))
  );
}

function isUsual(name: string, value: unknown): boolean {
  if (name === 'restarts') {
    const { limit, delay } = value as { limit: number; delay: number };
    return limit === USUAL_RESTARTS.limit && delay === USUAL_RESTARTS.delay;
  }
  return name in USUAL && JSON.stringify(USUAL[name as keyof Spec]) === JSON.stringify(value);
}
