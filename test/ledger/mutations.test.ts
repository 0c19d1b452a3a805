/** Bad input, one code each: what a log, a witness or whoever is in between could send instead of the truth. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  acceptBundle,
  auditLog,
  type BundleParts,
  canonicalJson,
  encodeBundle,
  type FetchTile,
  formatAddCheckpoint,
  formatNote,
  LedgerError,
  type LedgerPolicy,
  parseAddCheckpoint,
  parseBundle,
  parseEntry,
  parseLedgerPolicy,
  parseNote,
  parseProof,
  parseState,
  parseVerifierKey,
  type TileAddress,
  utf8,
} from '../../ledger/index.js';
import { decodeCbor } from '../../wire/index.js';
import { GENESIS, genesisEntry, keySet, NOW, openLog, release, signed, World } from './fixture.js';

const now = new Date(NOW);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof LedgerError) return error.code;
    throw error;
  }
  return 'accepted';
};

let world: World;
let policy: LedgerPolicy;
let parts: BundleParts;
let entry: Uint8Array;

beforeAll(async () => {
  world = await World.start();
  const others = Array.from({ length: 600 }, (_, i) => signed(release(`0.${i}.0`), 'ada', 'grace'));
  await Promise.all(others.map((other) => world.log.append(other)));
  entry = signed(release('1.0.0'), 'ada', 'mary');
  const bundle = await world.bundle(entry);
  const map = decodeCbor(bundle) as ReadonlyMap<number, Uint8Array>;
  parts = {
    entry,
    proof: parseProof(map.get(2)!),
    state: map.get(3)!,
    keySets: map.get(4) as unknown as Uint8Array[],
  };
  policy = world.policy;
});

const inProof = (change: Partial<BundleParts['proof']>) => ({ proof: { ...parts.proof, ...change } });
const note = (change: (checkpoint: string) => string) =>
  inProof({ checkpoint: utf8(change(text(parts.proof.checkpoint))) });
const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('A bundle', () => {
  it('is accepted as it is', async () => {
    await expect(acceptBundle(encodeBundle(parts), policy, now)).resolves.toBeDefined();
  });

  it.each([
    ['another entry', () => ({ entry: signed(release('6.6.6'), 'ada', 'mary') }), 'proof-inclusion'],
    ['another place', () => inProof({ index: parts.proof.index - 1 }), 'proof-inclusion'],
    ['a place beyond the tree', () => inProof({ index: 602 }), 'proof-malformed'],
    ['a hash too few', () => inProof({ hashes: parts.proof.hashes.slice(1) }), 'proof-malformed'],
    [
      'a hash too many',
      () => inProof({ hashes: [...parts.proof.hashes, new Uint8Array(32)] }),
      'proof-malformed',
    ],
    [
      'hashes in another order',
      () => inProof({ hashes: parts.proof.hashes.toReversed() }),
      'proof-inclusion',
    ],
    ['another tree size', () => note((one) => one.replace('\n602\n', '\n603\n')), 'note-bad-signature'],
    ['another origin', () => note((one) => one.replace(/^log/, 'lag')), 'note-bad-signature'],
    [
      'no signature of the log',
      () => note((one) => one.replace(/\n\u2014 log[^\n]*/u, '')),
      'note-unknown-key',
    ],
    [
      'one witness less',
      () => note((one) => one.replace(/\u2014 witness.example\/two[^\n]*\n/u, '')),
      'witness-quorum',
    ],
    [
      'one witness twice',
      () =>
        note((one) =>
          one.replace(/(\u2014 witness.example\/one[^\n]*\n)\u2014 witness.example\/two[^\n]*\n/u, '$1$1'),
        ),
      'witness-quorum',
    ],
    [
      'another state',
      () => ({ state: utf8(text(parts.state).replace('"revoked":[]', `"revoked":["${'00'.repeat(32)}"]`)) }),
      'state-mismatch',
    ],
    ['a state that is none', () => ({ state: utf8('{"keys":[]}') }), 'state-malformed'],
    ['no key sets', () => ({ keySets: [] }), 'bundle-malformed'],
    [
      'another key set',
      () => ({ keySets: [signed(keySet(['eve', 'mallory']), 'eve', 'mallory')] }),
      'keys-chain',
    ],
  ] as const)('with %s is refused', async (_, change, code) => {
    const bad = encodeBundle({ ...parts, ...change() });
    await expect(acceptBundle(bad, policy, now)).rejects.toMatchObject({ code });
  });

  it('with a cosignature that was made over something else is refused', async () => {
    const { text: signedText, signatures } = parseNote(parts.proof.checkpoint);
    const spoiled = signatures.map((one, i) =>
      i === 0 ? one : { ...one, signature: flipped(one.signature, 20) },
    );
    const bad = utf8(formatNote({ text: signedText, signatures: spoiled }));
    await expect(
      acceptBundle(encodeBundle({ ...parts, ...inProof({ checkpoint: bad }) }), policy, now),
    ).rejects.toMatchObject({ code: 'cosignature-bad-signature' });
    const short = signatures.map((one, i) =>
      i === 0 ? one : { ...one, signature: one.signature.slice(0, 71) },
    );
    const worse = utf8(formatNote({ text: signedText, signatures: short }));
    await expect(
      acceptBundle(encodeBundle({ ...parts, ...inProof({ checkpoint: worse }) }), policy, now),
    ).rejects.toMatchObject({ code: 'cosignature-malformed' });
  });

  it('is refused with any bit changed or any end missing, and nothing but a LedgerError is thrown', async () => {
    const whole = encodeBundle(parts);
    for (let at = 0; at < whole.length; at += 41) {
      for (const bad of [flipped(whole, at), whole.slice(0, at)]) {
        await expect(acceptBundle(bad, policy, now), String(at)).rejects.toBeInstanceOf(LedgerError);
      }
    }
    expect(codeOf(() => parseBundle(new Uint8Array(600_000)))).toBe('bundle-malformed');
  });
});

describe('An entry', () => {
  const raw = (
    manifest: unknown,
    signatures: unknown = [{ key: 'ab'.repeat(32), signature: Buffer.alloc(64).toString('base64') }],
  ) => utf8(canonicalJson({ manifest, signatures }));
  const changed = (change: object) => raw({ ...release('1.0.0'), ...change });
  const { version: _, ...versionless } = release('1.0.0');
  const { tdx: _tdx, ...snpOnly } = release('1.0.0');
  const digest = 'ab'.repeat(32);
  const one = { key: 'ab'.repeat(32), signature: Buffer.alloc(64).toString('base64') };

  it.each([
    ['is no JSON', () => utf8('{'), 'entry-malformed'],
    ['is something else', () => utf8('{"a":1}'), 'entry-malformed'],
    ['has spaces', () => utf8(text(raw(release('1'))).replace(':', ': ')), 'entry-not-canonical'],
    [
      'has a name twice',
      () => utf8(text(raw(release('1'))).replace('"type":"release"', '"type":"release","type":"release"')),
      'entry-not-canonical',
    ],
    [
      'has text that is not ASCII',
      () => utf8(text(raw(release('1'))).replace('EPYC', 'EPYÇ')),
      'entry-not-canonical',
    ],
    ['is too long', () => new Uint8Array(40_000), 'entry-too-large'],
    ['has no signatures', () => raw(release('1'), []), 'signature-malformed'],
    [
      'has a short signature',
      () => raw(release('1'), [{ ...one, signature: 'AAAA' }]),
      'signature-malformed',
    ],
    [
      'has a signature with more in it',
      () => raw(release('1'), [{ ...one, more: 1 }]),
      'signature-malformed',
    ],
    ['is signed twice by one key', () => raw(release('1'), [one, one]), 'signature-duplicate'],
    ['is of an unknown type', () => changed({ type: 'release-v2' }), 'manifest-unknown-type'],
    ['has an unknown field', () => changed({ debug: true }), 'manifest-unknown-field'],
    ['lacks a field', () => raw(versionless), 'manifest-missing-field'],
    ['has a digest in capitals', () => changed({ image: 'AB'.repeat(32) }), 'manifest-value'],
    ['has a date that is none', () => changed({ notAfter: '2026-13-01T00:00:00Z' }), 'manifest-value'],
    ['ends before it begins', () => changed({ notAfter: '2020-01-01T00:00:00Z' }), 'manifest-value'],
    ['measures nothing', () => raw({ ...snpOnly, snp: [], firmware: {} }), 'manifest-value'],
    ['names a firmware of a platform that it does not measure', () => raw(snpOnly), 'manifest-value'],
    [
      'names no firmware of a platform that it measures',
      () => changed({ firmware: { snp: digest } }),
      'manifest-missing-field',
    ],
    [
      'names the firmware of an unknown platform',
      () => changed({ firmware: { snp: digest, tdx: digest, cca: digest } }),
      'manifest-unknown-field',
    ],
    ['says that it does not matter', () => changed({ critical: false }), 'manifest-value'],
  ] as const)('that %s is refused', (_name, make, code) => {
    expect(codeOf(() => parseEntry(make()))).toBe(code);
  });

  it('may measure one platform alone, with its firmware', () => {
    const { manifest } = parseEntry(raw({ ...snpOnly, firmware: { snp: digest } }));
    expect(manifest).toMatchObject({ type: 'release', artifacts: { firmware: { snp: digest } } });
  });

  it('of an unknown type is passed over where it says that it may be', () => {
    expect(parseEntry(raw({ type: 'release-notes', critical: false, text: 'hello' })).manifest).toEqual({
      type: 'ignorable',
    });
  });

  it.each([
    ['by too few', () => signed(release('2'), 'ada'), 'signature-threshold'],
    ['by somebody else, too', () => signed(release('2'), 'ada', 'grace', 'eve'), 'signature-unknown-key'],
    ['by the wrong role', () => signed(release('2'), 'gateway'), 'signature-unknown-key'],
    [
      'over something else',
      () => utf8(text(signed(release('2'), 'ada', 'grace')).replace('EPYC-v4', 'EPYC-v5')),
      'signature-bad',
    ],
  ] as const)('signed %s is not taken by the log', async (_name, make, code) => {
    await expect(world.log.append(make())).rejects.toMatchObject({ code });
  });

  it('that revokes what is not there, or begins a log without keys, is not taken', async () => {
    const revocation = { type: 'revocation', critical: true, manifest: '00'.repeat(32), reason: 'none' };
    await expect(world.log.append(signed(revocation, 'ada', 'grace'))).rejects.toMatchObject({
      code: 'revocation-unknown',
    });
    await expect(openLog({ genesis: signed(release('1'), 'ada', 'grace') })).rejects.toMatchObject({
      code: 'keys-genesis',
    });
  });

  it('has one place, however often it comes', async () => {
    const again = await Promise.all([
      world.log.append(entry),
      world.log.append(entry),
      world.log.append(genesisEntry()),
    ]);
    expect(again.map(({ index }) => index)).toEqual([601, 601, 0]);
    expect(GENESIS).toBeDefined();
  });
});

describe('An audit', () => {
  const tampered =
    (change: (address: TileAddress, bytes: Uint8Array) => Uint8Array): FetchTile =>
    async (address) =>
      change(address, new Uint8Array(await world.log.store.tile(address)));
  const swap = (bytes: Uint8Array): Uint8Array => {
    const out = bytes.slice();
    out.set(bytes.subarray(0, 32), 32);
    out.set(bytes.subarray(32, 64), 0);
    return out;
  };
  const audited = (tile: FetchTile) =>
    auditLog({ checkpoint: parts.proof.checkpoint, tile, policy, now: NOW / 1000 });

  it('finds nothing wrong in what is right', async () => {
    await expect(audited(world.log.store.tile)).resolves.toMatchObject({
      entries: { keys: 1, release: 601 },
      tiles: 4,
    });
  });

  it.each([
    [
      'a truncated tile of hashes',
      (a: TileAddress, b: Uint8Array) => (a.level === 0 ? b.slice(0, -1) : b),
      'tile-truncated',
    ],
    [
      'a truncated tile of entries',
      (a: TileAddress, b: Uint8Array) => (a.level === 'entries' ? b.slice(0, -1) : b),
      'tile-truncated',
    ],
    [
      'more than a tile of entries',
      (a: TileAddress, b: Uint8Array) => (a.level === 'entries' ? new Uint8Array([...b, 0, 0]) : b),
      'tile-truncated',
    ],
    ['a reordered tile', (a: TileAddress, b: Uint8Array) => (a.level === 0 ? swap(b) : b), 'tile-mismatch'],
    [
      'a reordered tile above',
      (a: TileAddress, b: Uint8Array) => (a.level === 1 ? swap(b) : b),
      'tile-mismatch',
    ],
  ] as const)('finds %s', async (_name, change, code) => {
    await expect(audited(tampered(change))).rejects.toMatchObject({ code });
  });

  it('finds a tile that is missing', async () => {
    const checkpoint = parts.proof.checkpoint;
    const { tile } = (await World.start()).log.store;
    await expect(auditLog({ checkpoint, tile, policy, now: NOW / 1000 })).rejects.toMatchObject({
      code: 'tile-missing',
    });
  });
});

describe('Keys, notes, policies and requests', () => {
  const key = 'log.example+00000000+AQ==';
  it.each([
    ['a key', () => parseVerifierKey(key), 'note-key-malformed'],
    ['a note without signatures', () => parseNote(utf8('text\n')), 'note-malformed'],
    [
      'a note with control characters',
      () => parseNote(utf8('te\u0001xt\n\n\u2014 a AAAAAAAA\n')),
      'note-malformed',
    ],
    ['a note that is not UTF-8', () => parseNote(Uint8Array.of(0xff)), 'note-malformed'],
    ['a proof', () => parseProof(utf8('c2sp.org/tlog-proof@v2\nindex 0\n\n')), 'proof-malformed'],
    ['a state', () => parseState(utf8('[]')), 'state-malformed'],
    ['a policy', () => parseLedgerPolicy('{"version":1}'), 'policy-malformed'],
    [
      'a policy that names a field twice',
      () => parseLedgerPolicy('{"version":1,"version":1}'),
      'policy-malformed',
    ],
    ['a request to a witness', () => parseAddCheckpoint(utf8('old 01\n\nx')), 'witness-request-malformed'],
  ] as const)('%s that is none is refused', (_name, work, code) => {
    expect(codeOf(work)).toBe(code);
  });

  it('a request to a witness is read as it was written', () => {
    const request = {
      oldSize: 7,
      consistency: [new Uint8Array(32).fill(1)],
      checkpoint: parts.proof.checkpoint,
    };
    expect(parseAddCheckpoint(utf8(formatAddCheckpoint(request)))).toEqual(request);
  });
});
