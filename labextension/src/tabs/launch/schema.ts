import type { JSONObject, JSONValue } from '@lumino/coreutils';

/** What the schema says of one field. */
export interface IField {
  /** Its place in the spec: `nodes`, `restarts.limit`, `run.path`. */
  path: string;
  type: 'integer' | 'number' | 'text' | 'size' | 'list' | 'map' | 'choices';
  help: string;
  minimum?: number;
  maximum?: number;
  longest?: number;
  /** What holds when it is not set; undefined where the server makes it up. */
  preset?: JSONValue;
  /** The values of `choices`. */
  values?: string[];
}

interface ISchema extends JSONObject {
  properties: Record<string, JSONObject>;
  $defs: Record<string, JSONObject>;
}

/** Read what a JSON schema says of the field at a path; undefined where it has none. */
export function fieldAt(schema: JSONObject, path: string): IField | undefined {
  const { properties, $defs } = schema as ISchema;
  const [name, ...rest] = path.split('.');
  let found = properties[name!];
  for (const part of rest) {
    const owner = found && resolved(found, $defs);
    found = (owner?.properties as ISchema['properties'] | undefined)?.[part];
  }
  return found && described(path, found, $defs);
}

function described(path: string, found: JSONObject, defs: ISchema['$defs']): IField {
  // `int | None` is told as a choice of two: the one that is not null says what it is.
  const forms = (found.anyOf as JSONObject[] | undefined) ?? [found];
  const form = resolved(forms.find(one => one.type !== 'null') ?? found, defs);
  const items = form.items ? resolved(form.items as JSONObject, defs) : undefined;
  const field: IField = {
    path,
    type: typeOf(path, form, items),
    help: (found.description as string | undefined) ?? ''
  };
  if (typeof form.minimum === 'number') {
    field.minimum = form.minimum;
  } else if (typeof form.exclusiveMinimum === 'number') {
    field.minimum = form.exclusiveMinimum;
  }
  if (typeof form.maximum === 'number') {
    field.maximum = form.maximum;
  }
  if (typeof form.maxLength === 'number') {
    field.longest = form.maxLength;
  }
  if (found.default !== undefined && found.default !== null) {
    field.preset = found.default;
  }
  if (items?.enum) {
    field.values = items.enum as string[];
  }
  return field;
}

function typeOf(path: string, form: JSONObject, items: JSONObject | undefined): IField['type'] {
  switch (form.type) {
    case 'integer':
      // Bytes are the one integer that is written as text.
      return path === 'memory' ? 'size' : 'integer';
    case 'number':
      return 'number';
    case 'array':
      return items?.enum ? 'choices' : 'list';
    case 'object':
      return 'map';
    default:
      return 'text';
  }
}

function resolved(schema: JSONObject, defs: ISchema['$defs']): JSONObject {
  const name = (schema.$ref as string | undefined)?.split('/').pop();
  return (name === undefined ? undefined : defs[name]) ?? schema;
}

/** What the fields of a spec are when they are not set. */
export function presetsOf(schema: JSONObject): JSONObject {
  const { properties } = schema as ISchema;
  const found: JSONObject = {};
  for (const [name, field] of Object.entries(properties)) {
    if (field.default !== undefined) {
      found[name] = field.default;
    }
  }
  return found;
}
