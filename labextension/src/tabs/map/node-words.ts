import type { Node } from '../../api/types';
import type { Words } from '../../words';
import type { Grouping, Health, ICell, IGroup, Occupancy } from './cells';

const GIB = 1 << 30;

/** Says what nodes and their GPUs are and do, in the reader's language. */
export class NodeWords {
  constructor(
    readonly words: Words,
    /** The name of a job, where it is known. */
    private readonly _jobName: (id: string) => string
  ) {}

  occupancy(occupancy: Occupancy): string {
    const { trans } = this.words;
    const all: Record<Occupancy, string> = {
      used: trans.__('Used'),
      reserved: trans.__('Held, not used'),
      idle: trans.__('Free'),
      drain: trans.__('Draining'),
      fault: trans.__('Fault')
    };
    return all[occupancy];
  }

  state(state: Node['state']): string {
    return this.words.nodeState(state);
  }

  health(health: Health): string {
    const { trans } = this.words;
    const all: Record<Health, string> = {
      ok: trans.__('Healthy'),
      warn: trans.__('Warning'),
      critical: trans.__('Critical'),
      unknown: trans.__('Not checked')
    };
    return all[health];
  }

  group({ key, nodes }: IGroup, by: Grouping): string {
    const { trans } = this.words;
    if (by === 'state') {
      return this.state(nodes[0]!.node.state);
    }
    if (by === 'queue') {
      return key || trans.__('No queue');
    }
    if (by === 'flavor') {
      return key || trans.__('No flavor');
    }
    return key || trans.__('Nodes');
  }

  /** What a cell is: a GPU, or the cores of a node without GPUs. */
  place({ node, gpu }: ICell): string {
    const { trans } = this.words;
    return gpu < 0
      ? trans.__('%1, cores', node.name)
      : trans.__('%1, GPU %2', node.name, node.gpus[gpu]!.index);
  }

  /** All that is known of a cell, in one line to be read out. */
  readout(cell: ICell): string {
    return [
      this.place(cell),
      this.occupancy(cell.occupancy),
      ...this.facts(cell).map(([, value]) => value)
    ].join(', ');
  }

  /** What is known of a cell: names and values. */
  facts(cell: ICell): [name: string, value: string][] {
    const { trans } = this.words;
    const { node } = cell;
    const gpu = node.gpus[cell.gpu];
    const memory = gpu ? gpu.memory_used : node.memory_used;
    const total = gpu ? gpu.memory : node.memory;
    const facts: [string, string | null][] = [
      [trans.__('Use'), cell.use === null ? null : this.percent(cell.use)],
      [trans.__('Memory'), memory === null ? null : this.of(memory, total)],
      [trans.__('Temperature'), cell.temperature === null ? null : this.degrees(cell.temperature)],
      [trans.__('Job'), cell.job && this.job(cell.job)],
      [trans.__('Owner'), cell.owner],
      [trans.__('Problem'), this.problem(cell)],
      [trans.__('Taints'), node.taints.join(', ')],
      [trans.__('Node'), this._about(node)]
    ];
    return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
  }

  problem({ node, gpu, health }: ICell): string {
    const { trans } = this.words;
    if (node.state === 'unreachable') {
      return trans.__('The node does not answer.');
    }
    const problem = node.gpus[gpu]?.problem;
    if (problem) {
      return problem;
    }
    return health === 'warn' || health === 'critical' ? this.health(health) : '';
  }

  job(id: string): string {
    return this._jobName(id);
  }

  percent(share: number): string {
    return `${Math.round(share * 100)}%`;
  }

  degrees(temperature: number): string {
    return `${Math.round(temperature)} °C`;
  }

  bytes(bytes: number): string {
    const { trans } = this.words;
    return bytes >= 1024 * GIB
      ? trans.__('%1 TiB', this.words.number(round(bytes / GIB / 1024)))
      : trans.__('%1 GiB', this.words.number(round(bytes / GIB)));
  }

  of(used: number, total: number): string {
    const { trans } = this.words;
    return trans.__('%1 of %2', this.bytes(used), this.bytes(total));
  }

  private _about(node: Node): string {
    return [node.rack, this.state(node.state)].filter(Boolean).join(', ');
  }
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
}
