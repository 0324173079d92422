import type { Words } from '../../words';
import type { Kind } from './draft';

/** What the fields of a job are called. The help comes from the schema, in the reader's language. */
export class LaunchWords {
  constructor(readonly words: Words) {
    const { trans } = words;
    this._labels = {
      'run.path': trans.__('File'),
      'run.args': trans.__('Arguments'),
      'run.parameters': trans.__('Parameters'),
      'run.function': trans.__('Function'),
      'run.module': trans.__('Module'),
      'run.argv': trans.__('Command line'),
      'run.source': trans.__('Python'),
      name: trans.__('Name'),
      nodes: trans.__('Nodes'),
      processes: trans.__('Processes'),
      cpus: trans.__('Cores'),
      gpus: trans.__('GPUs'),
      memory: trans.__('Memory'),
      queue: trans.__('Queue'),
      cluster: trans.__('Cluster'),
      image: trans.__('Image'),
      gpu: trans.__('Kind of GPU'),
      fabric: trans.__('Fast network'),
      topology: trans.__('Topology'),
      priority_class: trans.__('Class of priority'),
      priority: trans.__('Priority'),
      timeout: trans.__('Timeout'),
      hang_timeout: trans.__('Silence allowed'),
      'restarts.limit': trans.__('Restarts'),
      'restarts.delay': trans.__('Delay'),
      'restarts.on': trans.__('Restart after'),
      environment: trans.__('Environment'),
      python: trans.__('Python interpreter'),
      workdir: trans.__('Working folder'),
      include: trans.__('Only these paths'),
      preload: trans.__('Preload'),
      labels: trans.__('Labels')
    };
    this._units = {
      processes: trans.__('a node'),
      cpus: trans.__('a node'),
      gpus: trans.__('a node'),
      memory: trans.__('a node'),
      timeout: trans.__('seconds'),
      hang_timeout: trans.__('seconds'),
      'restarts.delay': trans.__('seconds')
    };
    this._helps = {
      'run.path': trans.__('Its path below the working folder.'),
      'run.args': trans.__('Words as in a shell; quotes keep spaces.'),
      'run.parameters': trans.__('Values are JSON; what is no JSON is text.'),
      'run.function': trans.__('package.module:function, found in the working folder.'),
      'run.module': trans.__('As python -m runs it.'),
      'run.argv': trans.__('A program and its arguments. No shell reads it.'),
      'run.source': trans.__('Runs as a script in the working folder.')
    };
  }

  label(path: string): string {
    return this._labels[path] ?? path;
  }

  unit(path: string): string {
    return this._units[path] ?? '';
  }

  /** One sentence on a field: the schema's, or ours where it has none. */
  help(path: string, schema: string): string {
    return schema ? this.words.trans.__(schema) : (this._helps[path] ?? '');
  }

  kind(kind: Kind): string {
    const { trans } = this.words;
    const names: Record<Kind, string> = {
      script: trans.__('Script'),
      notebook: trans.__('Notebook'),
      call: trans.__('Function'),
      module: trans.__('Module'),
      command: trans.__('Command'),
      cell: trans.__('Code'),
      function: trans.__('Pickled function')
    };
    return names[kind];
  }

  /** An end after which a job may be tried again. */
  end(kind: string): string {
    const { trans } = this.words;
    const names: Record<string, string> = {
      succeeded: trans.__('success'),
      program_error: trans.__('an error of the program'),
      signal: trans.__('a crash'),
      killed: trans.__('a kill from outside'),
      out_of_memory: trans.__('too little memory'),
      hang: trans.__('a hang'),
      timeout: trans.__('the timeout'),
      node_lost: trans.__('a lost node'),
      start_failed: trans.__('a failed start'),
      storage_full: trans.__('a full disk'),
      preempted: trans.__('preemption'),
      cancelled: trans.__('cancelling')
    };
    return names[kind] ?? kind;
  }

  /** Bytes, in the largest unit that leaves a whole part: `1.5 GiB`. */
  size(bytes: number): string {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
    const value = bytes / 1024 ** power;
    return `${this.words.number(value < 100 ? Math.round(value * 10) / 10 : Math.round(value))} ${units[power]}`;
  }

  /** Cores, GPUs and memory in one line. */
  room(room: { cpus: number; gpus: number; memory: number }): string {
    const { trans } = this.words;
    const cores = this.words.number(Math.round(room.cpus * 10) / 10);
    const parts = [trans.__('%1 cores', cores)];
    if (room.gpus > 0) {
      parts.unshift(trans._n('%1 GPU', '%1 GPUs', room.gpus));
    }
    if (room.memory > 0) {
      parts.push(this.size(room.memory));
    }
    return parts.join(' · ');
  }

  private readonly _labels: Record<string, string>;
  private readonly _units: Record<string, string>;
  private readonly _helps: Record<string, string>;
}
