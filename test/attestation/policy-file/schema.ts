/** As much of JSON Schema 2020-12 as docs/policy.schema.json uses; an unknown keyword is an error. */

type Schema = Readonly<Record<string, unknown>>;
type Value = unknown;

const isObject = (value: Value): value is Record<string, Value> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Rule = (argument: never, value: Value, schema: Schema, root: Schema) => boolean;
const every = (schemas: readonly Schema[], value: Value, root: Schema) =>
  schemas.map((schema) => conforms(value, schema, root));

const RULES: Readonly<Record<string, Rule>> = {
  type: (type: string, value) =>
    ({
      object: isObject(value),
      array: Array.isArray(value),
      string: typeof value === 'string',
      boolean: typeof value === 'boolean',
      integer: Number.isInteger(value),
    })[type] ?? false,
  const: (expected: Value, value) => value === expected,
  enum: (values: readonly Value[], value) => values.includes(value),
  required: (names: readonly string[], value) =>
    !isObject(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (properties: Record<string, Schema>, value, _, root) =>
    !isObject(value) ||
    Object.entries(properties).every(
      ([name, schema]) => !Object.hasOwn(value, name) || conforms(value[name], schema, root),
    ),
  additionalProperties: (_: false, value, schema) =>
    !isObject(value) ||
    Object.keys(value).every((name) => Object.hasOwn(schema['properties'] as object, name)),
  minProperties: (least: number, value) => !isObject(value) || Object.keys(value).length >= least,
  items: (items: Schema, value, _, root) =>
    !Array.isArray(value) || value.every((item) => conforms(item, items, root)),
  minItems: (least: number, value) => !Array.isArray(value) || value.length >= least,
  minimum: (least: number, value) => typeof value !== 'number' || value >= least,
  maximum: (most: number, value) => typeof value !== 'number' || value <= most,
  minLength: (least: number, value) => typeof value !== 'string' || value.length >= least,
  pattern: (pattern: string, value) => typeof value !== 'string' || new RegExp(pattern).test(value),
  oneOf: (schemas: readonly Schema[], value, _, root) =>
    every(schemas, value, root).filter(Boolean).length === 1,
  anyOf: (schemas: readonly Schema[], value, _, root) => every(schemas, value, root).some(Boolean),
  $ref: (pointer: string, value, _, root) =>
    conforms(value, (root['$defs'] as Record<string, Schema>)[pointer.replace('#/$defs/', '')]!, root),
};
const ANNOTATIONS = ['$schema', '$id', '$defs', 'title', 'description'];

export function conforms(value: Value, schema: Schema, root: Schema = schema): boolean {
  return Object.entries(schema).every(([keyword, argument]) => {
    if (ANNOTATIONS.includes(keyword)) return true;
    const rule = RULES[keyword];
    if (!rule) throw new Error(`unknown keyword ${keyword}`);
    return rule(argument as never, value, schema, root);
  });
}
