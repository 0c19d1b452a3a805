import { ModelError } from '../error.js';
import type { Bits, Facts } from '../onnx/index.js';

export const MANIFEST_FILE = 'sotto.json';
const FORMAT = 1;

export interface FileDigest {
  /** Relative to the pack's folder, with forward slashes. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * What a pack is: the model's facts, the files with their digests, and the file that it was made from. It holds no date and
 * no local path, so equal sources give equal manifests, and its own SHA-256 names the whole pack.
 */
export interface PackManifest {
  readonly format: typeof FORMAT;
  readonly name: string;
  readonly license: string;
  readonly bits: Bits;
  readonly model: Facts;
  /** The graph's path in the pack; its weights are in the file of the same name with `_data` added. */
  readonly graph: string;
  readonly source: { readonly size: number; readonly sha256: string };
  readonly files: readonly FileDigest[];
}

/** File name of the graph, as Transformers.js looks for it by its `dtype`. */
const graphFiles: Readonly<Record<Bits, string>> = {
  8: 'onnx/model_quantized.onnx',
  4: 'onnx/model_q4.onnx',
  32: 'onnx/model.onnx',
};

export function graphFile(bits: Bits): string {
  return graphFiles[bits];
}

export function createManifest(parts: Omit<PackManifest, 'format'>): PackManifest {
  const files = [...parts.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { format: FORMAT, ...parts, files };
}

export function encodeManifest(manifest: PackManifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
}

/** @throws ModelError `pack-corrupt` when it is not a manifest, `pack-unsupported` when it is of another format or has more fields. */
export function decodeManifest(bytes: Uint8Array): PackManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ModelError('pack-corrupt', `${MANIFEST_FILE} is not JSON: import the model again.`, { cause });
  }
  if (!isRecord(value)) throw malformed('it is not an object');
  if (value['format'] !== FORMAT) {
    throw new ModelError(
      'pack-unsupported',
      `The pack has format ${JSON.stringify(value['format'])}; this version reads format ${FORMAT}: import the model again.`,
    );
  }
  if (!isManifest(value)) throw malformed('a field is missing or of the wrong kind');
  const unknown = unknownField(value);
  if (unknown !== undefined) {
    throw new ModelError(
      'pack-unsupported',
      `${MANIFEST_FILE} has a field ${JSON.stringify(unknown)} that this version does not know: import the model again.`,
    );
  }
  return value;
}

function malformed(what: string): ModelError {
  return new ModelError('pack-corrupt', `${MANIFEST_FILE} cannot be used, ${what}: import the model again.`);
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isManifest(value: Fields): value is Fields & PackManifest {
  const { name, license, bits, model, graph, source, files } = value;
  return (
    typeof name === 'string' &&
    typeof license === 'string' &&
    (bits === 8 || bits === 4 || bits === 32) &&
    isRecord(model) &&
    isFacts(model) &&
    isRecord(source) &&
    isSize(source['size']) &&
    isSha256(source['sha256']) &&
    Array.isArray(files) &&
    files.every(isFileDigest) &&
    new Set(files.map((f) => f.path)).size === files.length &&
    typeof graph === 'string' &&
    [graph, `${graph}_data`, 'config.json', 'tokenizer.json'].every((path) =>
      files.some((f) => f.path === path),
    )
  );
}

const countedFacts = [
  'layers',
  'hidden',
  'heads',
  'kvHeads',
  'headSize',
  'feedForward',
  'vocabulary',
  'context',
];

function isFacts(value: Fields): boolean {
  return (
    typeof value['architecture'] === 'string' &&
    countedFacts.every((key) => isSize(value[key]) && value[key] !== 0) &&
    typeof value['normEpsilon'] === 'number' &&
    typeof value['ropeBase'] === 'number'
  );
}

/** The first field that this format does not define, with its place: what we do not know we cannot have verified. */
function unknownField(manifest: PackManifest): string | undefined {
  const parts: [place: string, part: object, known: readonly string[]][] = [
    ['', manifest, ['format', 'name', 'license', 'bits', 'model', 'graph', 'source', 'files']],
    ['model.', manifest.model, ['architecture', ...countedFacts, 'normEpsilon', 'ropeBase']],
    ['source.', manifest.source, ['size', 'sha256']],
    ...manifest.files.map((file, i): [string, object, string[]] => [
      `files.${i}.`,
      file,
      ['path', 'size', 'sha256'],
    ]),
  ];
  for (const [place, part, known] of parts) {
    const unknown = Object.keys(part).find((key) => !known.includes(key));
    if (unknown !== undefined) return place + unknown;
  }
  return undefined;
}

function isFileDigest(value: unknown): value is FileDigest {
  return isRecord(value) && isLocalPath(value['path']) && isSize(value['size']) && isSha256(value['sha256']);
}

/** Inside the folder: no absolute path, no step up, no backslash. */
function isLocalPath(value: unknown): boolean {
  return typeof value === 'string' && value.split('/').every((part) => /^[\w-][\w.-]*$/.test(part));
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSha256(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
