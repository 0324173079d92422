/**
 * What went wrong and what to do next: the server's RFC 9457 document, or the nearest thing to it
 * when no server of ours answered.
 */
export class Problem extends Error {
  constructor(options: Problem.IOptions) {
    super(options.detail);
    this.name = 'Problem';
    this.code = options.code;
    this.status = options.status ?? 0;
    this.action = options.action ?? '';
    this.field = options.field ?? '';
  }

  readonly code: string;
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  /** What the reader can do next; may be empty. */
  readonly action: string;
  /** The field of the input that is at fault; may be empty. */
  readonly field: string;

  /** Whether the server answers but has no OGAI Lab, or cannot be what this front end expects. */
  get serverMissing(): boolean {
    return this.code === 'server_missing' || this.code === 'server_old';
  }

  /** Return any thrown value as a problem. */
  static from(error: unknown): Problem {
    if (error instanceof Problem) {
      return error;
    }
    const detail = error instanceof Error ? error.message : String(error);
    return new Problem({ code: 'unreachable', detail });
  }

  /** Return the problem in a decoded document, or undefined when it is not one. */
  static fromDocument(document: unknown, status?: number): Problem | undefined {
    if (typeof document !== 'object' || document === null) {
      return undefined;
    }
    const { code, detail, action, field, status: own } = document as Record<string, unknown>;
    if (typeof code !== 'string' || typeof detail !== 'string') {
      return undefined;
    }
    return new Problem({
      code,
      detail,
      status: typeof own === 'number' ? own : status,
      action: typeof action === 'string' ? action : '',
      field: typeof field === 'string' ? field : ''
    });
  }
}

export namespace Problem {
  export interface IOptions {
    code: string;
    detail: string;
    status?: number | undefined;
    action?: string;
    field?: string;
  }
}
