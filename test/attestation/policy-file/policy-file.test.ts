import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttestationPolicy, isLogged, parsePolicy, verifySession } from '../../../attestation/index.js';
import { failures, MEASUREMENT, session } from '../fixture.js';
import { codeOf } from '../tdx/results.js';
import { conforms } from './schema.js';

const docs = new URL('../../../docs/', import.meta.url);
const EXAMPLE = readFileSync(new URL('policy.example.json', docs));
const SCHEMA = JSON.parse(readFileSync(new URL('policy.schema.json', docs), 'utf8'));

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Path = readonly (string | number)[];
const example = (): Json => JSON.parse(EXAMPLE.toString());

/** The example with the value at that path replaced, or the field removed. */
function changed(path: Path, value?: Json): Json {
  const policy = example();
  const parent = path.slice(0, -1).reduce((found: Json, key) => (found as never)[key], policy) as Record<
    string,
    Json
  >;
  const last = path.at(-1)!;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return policy;
}
const codeOn = (policy: Json) => codeOf(() => parsePolicy(JSON.stringify(policy)));

/** A policy that names its measurements. */
function pinned(file: Uint8Array | string): AttestationPolicy {
  const policy = parsePolicy(file);
  return isLogged(policy) ? expect.unreachable('the policy names its measurements') : policy;
}

/** Every path in a document, leaves and branches. */
function* paths(value: Json, at: Path = []): Generator<Path> {
  if (at.length > 0) yield at;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* paths(inner, [...at, Array.isArray(value) ? Number(key) : key]);
  }
}
const PATHS = [...paths(example())].filter(([first]) => first !== '$schema');

describe('the example policy', () => {
  it('says what it reads as', () => {
    const zeros = new Uint8Array(48);
    const filled = (value: number) => new Uint8Array(48).fill(value);
    const four = (tcb: object) => ({ launch: tcb, reported: tcb, committed: tcb, current: tcb });
    const tcb = (snp: number) => ({ bootLoader: 0, tee: 0, snp, microcode: 0 });
    const expected: AttestationPolicy = {
      measurements: [filled(0x11)],
      products: ['Milan', 'Genoa', 'Turin'],
      minimumTcb: { Milan: four(tcb(29)), Genoa: four(tcb(28)), Turin: four({ fmc: 0, ...tcb(4) }) } as never,
      revocation: 'required',
      guest: { singleSocket: 'not-required', smt: 'allowed', minimumAbi: { major: 0, minor: 0 } },
      hostData: [new Uint8Array(32)],
      idKeyDigests: [zeros],
      authorKeyDigests: [zeros],
      minimumGuestSvn: 0,
      tdx: {
        measurements: [
          { mrTd: filled(0x22), rtmrs: [[filled(0x33)], [filled(0x44)], [filled(0x55)], [zeros]] },
        ],
        mrSeam: 'any-that-intel-lists',
        pks: false,
        keyLocker: false,
        xfam: 0xe7n,
        mrConfigId: [zeros],
        mrOwner: [zeros],
        mrOwnerConfig: [zeros],
        tcb: { hardenedAgainst: [], minimumEvaluation: 17, maximumCollateralAge: 1_209_600 },
        eventLog: 'required',
      },
    };
    expect(parsePolicy(EXAMPLE)).toEqual(expected);
    expect(parsePolicy(EXAMPLE.toString())).toEqual(expected);
  });

  it('conforms to the schema', () => {
    expect(conforms(example(), SCHEMA)).toBe(true);
  });

  it('may be of one platform alone', () => {
    expect(parsePolicy(JSON.stringify(changed(['tdx'])))).not.toHaveProperty('tdx');
    expect(parsePolicy(JSON.stringify(changed(['snp'])))).toMatchObject({ measurements: [] });
  });

  it.each<[string, readonly ('snp' | 'tdx')[], object]>([
    ['of SEV-SNP', ['snp'], { measurements: 'logged', tdx: { pks: false } }],
    ['of TDX', ['tdx'], { tdx: { measurements: 'logged', pks: false } }],
    ['of both', ['snp', 'tdx'], { measurements: 'logged', tdx: { measurements: 'logged' } }],
  ])('may leave the measurements %s to a log', (_, platforms, expected) => {
    const text = JSON.parse(EXAMPLE.toString());
    for (const platform of platforms) text[platform].measurements = 'logged';
    const policy = parsePolicy(JSON.stringify(text));
    expect(isLogged(policy)).toBe(true);
    expect(policy).toMatchObject(expected);
    expect(conforms(text, SCHEMA)).toBe(true);
  });

  it('may name cloud providers, TDX modules and any XFAM', () => {
    const read = (path: Path, value: Json) => parsePolicy(JSON.stringify(changed(path, value)));
    expect(read(['snp', 'vlekCloudProviders'], ['A Cloud']).vlek).toEqual({ cloudProviders: ['A Cloud'] });
    expect(read(['tdx', 'mrSeam'], ['00'.repeat(48)]).tdx?.mrSeam).toEqual([new Uint8Array(48)]);
    expect(read(['tdx', 'xfam'], 'any-that-the-module-allows').tdx?.xfam).toBe('any-that-the-module-allows');
  });

  it('is what sessions are judged by', async () => {
    const policy = pinned(JSON.stringify(changed(['snp', 'revocationList'], 'if-present')));
    const judged = async (given: AttestationPolicy) =>
      failures(await verifySession(await session({ verification: { policy: given } })));
    expect(await judged(policy)).toEqual(['measurement: policy-measurement']);
    expect(await judged({ ...policy, measurements: [MEASUREMENT] })).toEqual([]);
    expect(await judged({ ...pinned(EXAMPLE), measurements: [MEASUREMENT] })).toEqual([
      'revocation: snp-crl-missing',
    ]);
  });
});

describe('a policy file', () => {
  it.each<[string, string, Uint8Array | string]>([
    ['that is empty', 'policy-file-malformed', ''],
    ['that is no JSON', 'policy-file-malformed', '{version: 1}'],
    ['that is no UTF-8', 'policy-file-malformed', Uint8Array.of(0x22, 0xff, 0x22)],
    ['that is too long', 'policy-file-malformed', new Uint8Array(1024 * 1024 + 1)],
    ['that is too long a text', 'policy-file-malformed', ' '.repeat(1024 * 1024 + 1)],
    ['that is a list', 'policy-file-value', '[]'],
    ['that is null', 'policy-file-value', 'null'],
    ['without a version', 'policy-file-missing-field', '{}'],
    ['of version 2', 'policy-file-version', '{"version": 2}'],
    ['of a version in words', 'policy-file-version', '{"version": "1"}'],
    ['of no platform', 'policy-file-missing-field', '{"version": 1}'],
    ['with a field of every object', 'policy-file-unknown-field', '{"version": 1, "__proto__": {"snp": {}}}'],
  ])('%s is refused', (_, code, file) => {
    expect(codeOf(() => parsePolicy(file))).toBe(code);
  });

  it('with a field twice is refused, however it is written', () => {
    const text = EXAMPLE.toString();
    for (const twice of [
      text.replace('"smt": "allowed"', '"smt": "forbidden", "smt": "allowed"'),
      text.replace('"smt": "allowed"', '"smt": "forbidden", "s\\u006dt": "allowed"'),
      text.replace('"version": 1', '"version": 1, "version" : 1'),
    ]) {
      expect(codeOf(() => parsePolicy(twice))).toBe('policy-file-duplicate-field');
    }
  });

  it('may hold brackets, colons and quotes in its text', () => {
    const providers = ['{"smt":[', 'a:b', '\\"', '"}'];
    const policy = parsePolicy(JSON.stringify(changed(['snp', 'vlekCloudProviders'], providers)));
    expect(policy.vlek?.cloudProviders).toEqual(providers);
  });

  it('lacks no field: each one removed is refused', () => {
    const fields = PATHS.filter((path) => typeof path.at(-1) === 'string' && path.length > 1);
    for (const path of fields) {
      const product = path.length === 3 && path[1] === 'products';
      const code = product ? 'accepted' : 'policy-file-missing-field';
      expect(codeOn(changed(path)), path.join('.')).toBe(code);
    }
    expect(fields.length).toBeGreaterThan(90);
  });

  it('has no field more, at any depth', () => {
    const objects = [[], ...PATHS].filter((path) => {
      const value = path.reduce((found: Json, key) => (found as never)[key], example());
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    });
    for (const path of objects) {
      expect(codeOn(changed([...path, 'rule'], true)), path.join('.')).toBe('policy-file-unknown-field');
    }
    expect(objects.length).toBeGreaterThan(20);
  });

  it.each<[string, Path, Json]>([
    ['a measurement that is too short', ['snp', 'measurements', 0], '11'],
    ['a measurement in upper case', ['snp', 'measurements', 0], 'AA'.repeat(48)],
    ['a measurement that is no text', ['snp', 'measurements', 0], 7],
    ['no measurement', ['snp', 'measurements'], []],
    ['no product', ['snp', 'products'], {}],
    ['a version of 256', ['snp', 'products', 'Milan', 'launch', 'snp'], 256],
    ['a version below 0', ['snp', 'products', 'Milan', 'launch', 'snp'], -1],
    ['a version in words', ['snp', 'products', 'Milan', 'launch', 'snp'], '29'],
    ['another word about SMT', ['snp', 'smt'], 'maybe'],
    ['another word about sockets', ['snp', 'singleSocket'], true],
    ['an ABI that is no whole number', ['snp', 'minimumAbi', 'major'], 1.5],
    ['host data of 48 bytes', ['snp', 'hostData'], ['00'.repeat(48)]],
    ['a nameless cloud provider', ['snp', 'vlekCloudProviders'], ['']],
    ['cloud providers that are no list', ['snp', 'vlekCloudProviders'], 'A Cloud'],
    ['no release', ['tdx', 'measurements'], []],
    ['an RTMR that is no list', ['tdx', 'measurements', 0, 'rtmr0'], '00'.repeat(48)],
    ['PKS in words', ['tdx', 'pks'], 'false'],
    ['any TDX module', ['tdx', 'mrSeam'], 'any'],
    ['an XFAM that is a number', ['tdx', 'xfam'], 231],
    ['an XFAM of 65 bits', ['tdx', 'xfam'], '0x10000000000000000'],
    ['an evaluation number below 0', ['tdx', 'minimumEvaluation'], -1],
    ['an age of 0 seconds', ['tdx', 'maximumCollateralAge'], 0],
    ['an age of two years', ['tdx', 'maximumCollateralAge'], 63_072_000],
    ['another word about the event log', ['tdx', 'eventLog'], 'optional'],
    ['a platform that is null', ['tdx'], null],
  ])('with %s is refused, by the schema too', (_, path, value) => {
    const policy = changed(path, value);
    expect(codeOn(policy)).toBe('policy-file-value');
    expect(conforms(policy, SCHEMA)).toBe(false);
  });

  it('is accepted exactly when it conforms to the schema, whatever is put anywhere', () => {
    const anything = fc.oneof(
      fc.json().map((text) => JSON.parse(text) as Json),
      fc.constantFrom<Json>(
        0,
        1,
        255,
        256,
        'required',
        'if-present',
        'allowed',
        'logged',
        true,
        [],
        {},
        '0xe7',
        '00'.repeat(48),
      ),
      fc.constantFrom<Json>(
        ['00'.repeat(48)],
        ['00'.repeat(32)],
        ['x'],
        'any-that-intel-lists',
        undefined as never,
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), anything, (path, value) => {
        const policy = changed(path, value);
        const code = codeOn(policy);
        expect(code).toMatch(/^(accepted|policy-file-(value|version|(unknown|missing)-field))$/);
        expect(conforms(JSON.parse(JSON.stringify(policy)), SCHEMA)).toBe(code === 'accepted');
      }),
      { numRuns: 2000 },
    );
  });
});
