export { mount } from './chart';
export { ENGLISH, type IChartWords } from './chart-words';
export type { IChart, IChartOptions, ISeries, Range } from './types';
