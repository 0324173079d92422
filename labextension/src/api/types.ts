import type { components } from './schema';

type Schemas = components['schemas'];

export type Job = Schemas['Job'];
export type JobPage = Schemas['JobPage'];
export type JobState = Schemas['JobState'];
export type LogChunk = Schemas['LogChunk'];
export type LogRecord = Schemas['Record'];
export type Explanation = Schemas['Explanation'];
export type ActivityEvent = Schemas['Event'];
export type Node = Schemas['Node'];
export type Session = Schemas['Session'];
export type Queue = Schemas['Queue'];
export type KnownCluster = Schemas['KnownCluster'];
export type ClusterGlance = Schemas['ClusterGlance'];
export type ClusterQueueView = Schemas['ClusterQueueView'];
export type ClusterOffers = Schemas['ClusterOffers'];
export type Need = Schemas['Need'];
export type NodePage = Schemas['NodePage'];
export type Machine = Schemas['Machine'];
export type MachineUse = Schemas['MachineUse'];
export type UseSample = Schemas['UseSample'];
export type Loads = Schemas['Loads'];
export type Check = Schemas['Check'];
export type GpuProcess = Schemas['GpuProcess'];
export type DataRun = Schemas['DataRun'];
export type Manifest = Schemas['Manifest'];
export type MadeModel = Schemas['MadeModel'];
export type Model = Schemas['Model'];
export type Version = Schemas['Version'];
export type Template = Schemas['Template'];
export type Offers = Schemas['Offers'];
export type Preview = Schemas['SchedulerPreview'];
export type SpecProblem = Schemas['SpecProblem'];

/** The states in which a job can still change. */
export const LIVE_STATES: JobState[] = ['queued', 'starting', 'running', 'stopping'];

/** Whether a job will never change again. */
export function isFinal({ state }: Pick<Job, 'state'>): boolean {
  return !LIVE_STATES.includes(state);
}

/** How many processes a job has on all its nodes. */
export function worldSize({ spec }: Job): number {
  return spec.nodes * (spec.processes ?? Math.max(1, spec.gpus));
}
