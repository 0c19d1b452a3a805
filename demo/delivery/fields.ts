/** What a field of a frame has to be, for requests and for what answers them. */
export type Check = (value: unknown) => boolean;

const ID = /^[0-9a-f]{32}$/;
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export const isId: Check = (value) => typeof value === 'string' && ID.test(value);
/** A person's. */
export const isName: Check = (value) => typeof value === 'string' && NAME.test(value);
/** One that every decoder takes: RFC 4648 section 4, padded. */
export const isBase64: Check = (value) =>
  typeof value === 'string' && value.length % 4 === 0 && BASE64.test(value);
export const isWhole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const isText: Check = (value) => typeof value === 'string' && value.length <= 200;
export const isBoolean: Check = (value) => typeof value === 'boolean';
export const isNull: Check = (value) => value === null;

export const isListOf =
  (check: Check, most: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(check);

/** Exactly these fields, and each as it has to be. */
export const isObjectOf = (fields: Readonly<Record<string, Check>>): Check => {
  const names = Object.keys(fields);
  return (value) =>
    isPlain(value) &&
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name) && fields[name]!(value[name]));
};

export const isRecordOf =
  (key: Check, check: Check): Check =>
  (value) =>
    isPlain(value) && Object.entries(value).every(([name, one]) => key(name) && check(one));

export const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
