import type { Node } from '../../api/types';
import { cellsOf, compareNames } from './cells';

/** A column of the table of nodes. */
export type Column =
  'name' | 'rack' | 'state' | 'health' | 'idle' | 'use' | 'hot' | 'cores' | 'owners';

export interface ISort {
  column: Column;
  descending: boolean;
}

/** What the table says of a node. */
export interface IRow {
  node: Node;
  /** GPUs that could be had now; none of a node that takes no jobs. */
  idle: number;
  /** The share of its GPUs, or of its cores where it has none, that is busy. */
  use: number | null;
  /** The temperature of its hottest GPU. */
  hot: number | null;
  owners: string[];
}

const STATES: Node['state'][] = ['unreachable', 'draining', 'busy', 'ready'];
const HEALTHS: Node['health'][] = ['critical', 'warn', 'unknown', 'ok'];

/** Columns whose largest value is what people look for first. */
const LARGEST_FIRST: Column[] = ['idle', 'use', 'hot', 'cores'];

export function rowOf(node: Node): IRow {
  const cells = cellsOf(node);
  const known = cells.map(({ use }) => use).filter(use => use !== null);
  const warm = cells.map(({ temperature }) => temperature).filter(value => value !== null);
  const takesJobs = node.state === 'ready' || node.state === 'busy';
  return {
    node,
    idle: takesJobs ? node.gpus_free : 0,
    use: known.length > 0 ? known.reduce((sum, use) => sum + use, 0) / known.length : null,
    hot: warm.length > 0 ? Math.max(...warm) : null,
    owners: [...new Set(node.gpus.map(({ owner }) => owner).filter(owner => owner !== null))].sort()
  };
}

/** Sort rows; what is not known comes last, and equals are in the order of their names. */
export function sortRows(rows: readonly IRow[], { column, descending }: ISort): IRow[] {
  const way = descending ? -1 : 1;
  return [...rows].sort(
    (one, other) =>
      missing(one, column) - missing(other, column) ||
      way * compare(one, other, column) ||
      compareNames(one.node.name, other.node.name)
  );
}

/** How the table is sorted after a click on a column's head. */
export function nextSort(now: ISort, column: Column): ISort {
  return now.column === column
    ? { column, descending: !now.descending }
    : { column, descending: LARGEST_FIRST.includes(column) };
}

function missing(row: IRow, column: Column): number {
  return (column === 'use' || column === 'hot') && row[column] === null ? 1 : 0;
}

function compare(one: IRow, other: IRow, column: Column): number {
  switch (column) {
    case 'name':
      return compareNames(one.node.name, other.node.name);
    case 'rack':
      return compareNames(one.node.rack, other.node.rack);
    case 'state':
      return STATES.indexOf(one.node.state) - STATES.indexOf(other.node.state);
    case 'health':
      return HEALTHS.indexOf(one.node.health) - HEALTHS.indexOf(other.node.health);
    case 'owners':
      return compareNames(one.owners.join(), other.owners.join());
    case 'cores':
      return one.node.cpus_free - other.node.cpus_free;
    default:
      return (one[column] ?? 0) - (other[column] ?? 0);
  }
}
