import type { Problem } from '../../api/problem';
import type { SpecProblem } from '../../api/types';

/** pydantic names the member of the union that it tried: `run.script.path`. */
const FORM_OF_RUN = /^run\.(script|notebook|call|module|command|cell|function)\./;

/** A refusal of the server as a problem of the field that it names; undefined when it names none. */
export function refusalOf({ field, message, action }: Problem): SpecProblem | undefined {
  return field
    ? {
        field: field.replace(/^spec\./, '').replace(FORM_OF_RUN, 'run.'),
        message,
        cause: '',
        action
      }
    : undefined;
}
