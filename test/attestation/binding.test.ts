import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditPath,
  directLeaf,
  LeafTree,
  peerLeaf,
  reportData,
  rootFromPath,
  sessionLeaf,
} from '../../attestation/index.js';
import { CT_INPUTS, CT_ROOTS } from '../ct-tree.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const hash = (name: string, ...parts: Uint8Array[]) => {
  const digest = createHash(name);
  for (const part of parts) digest.update(part);
  return new Uint8Array(digest.digest());
};
const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

const CT_PATHS: [index: number, size: number, hashes: string[]][] = [
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];
const ctLeaves = CT_INPUTS.map((input) => hash('sha256', Uint8Array.of(0), bytes(input)));

describe('the leaf tree (RFC 6962 §2.1)', () => {
  it('has the roots of the Certificate Transparency reference tree', () => {
    expect(CT_ROOTS.map((_, i) => hex(new LeafTree(ctLeaves.slice(0, i + 1)).root))).toEqual(CT_ROOTS);
  });

  it('has its audit paths', () => {
    for (const [index, size, hashes] of CT_PATHS) {
      const path = new LeafTree(ctLeaves.slice(0, size)).path(index);
      expect({ ...path, hashes: path.hashes.map(hex) }).toEqual({ index, size, hashes });
    }
  });

  it('leads from every leaf of every tree back to the root', () => {
    for (let size = 1; size <= 70; size += 1) {
      const leaves = Array.from({ length: size }, (_, i) => hash('sha256', Uint8Array.of(i, size)));
      const tree = new LeafTree(leaves);
      for (const [i, leaf] of leaves.entries()) {
        expect(hex(rootFromPath(leaf, tree.path(i)))).toBe(hex(tree.root));
      }
    }
  });

  it('refuses an empty tree and leaves that are not hashes', () => {
    expect(() => new LeafTree([])).toThrow(expect.objectContaining({ code: 'binding-malformed' }));
    expect(() => new LeafTree([new Uint8Array(31)])).toThrow(
      expect.objectContaining({ code: 'binding-malformed' }),
    );
  });

  it('has no path for a leaf that is not in it', () => {
    for (const index of [-1, 8, 0.5]) expect(() => new LeafTree(ctLeaves).path(index)).toThrow(RangeError);
  });
});

describe('an audit path', () => {
  const arbitraryPath = fc.record({
    index: fc.oneof(fc.nat(20), fc.integer(), fc.double()),
    size: fc.oneof(fc.nat(20), fc.integer(), fc.double()),
    hashes: fc.array(fc.uint8Array({ minLength: 31, maxLength: 33 }), { maxLength: 8 }),
  });

  it('of any shape gives a root or is refused as malformed', () => {
    fc.assert(
      fc.property(arbitraryPath, (path) => {
        try {
          expect(rootFromPath(ctLeaves[0]!, path)).toHaveLength(32);
        } catch (error) {
          expect(error).toMatchObject({ code: 'binding-malformed' });
        }
      }),
    );
  });

  it('leads elsewhere once anything in it is changed', () => {
    const tree = new LeafTree(ctLeaves.slice(0, 7));
    for (let index = 0; index < 7; index += 1) {
      const path = tree.path(index);
      const changed: AuditPath[] = [
        { ...path, index: (index + 1) % 7 },
        { ...path, hashes: path.hashes.toReversed() },
        ...path.hashes.map((_, at) => ({
          ...path,
          hashes: path.hashes.map((value, i) => (i === at ? value.map((byte) => byte ^ 1) : value)),
        })),
      ];
      for (const wrong of changed) {
        expect(rootOrCode(ctLeaves[index]!, wrong)).not.toBe(hex(tree.root));
      }
    }
  });

  it.each<[string, Partial<AuditPath>]>([
    ['an index outside of the tree', { index: 8 }],
    ['a negative index', { index: -1 }],
    ['a size of nothing', { size: 0 }],
    ['a fractional size', { size: 7.5 }],
    ['too few hashes', { hashes: ctLeaves.slice(0, 2) }],
    ['too many hashes', { hashes: ctLeaves.slice(0, 4) }],
    ['a hash of another length', { hashes: [ctLeaves[0]!, ctLeaves[1]!, new Uint8Array(16)] }],
  ])('with %s is malformed', (_, change) => {
    const path = { ...new LeafTree(ctLeaves).path(3), ...change };
    expect(() => rootFromPath(ctLeaves[3]!, path)).toThrow(
      expect.objectContaining({ code: 'binding-malformed' }),
    );
  });
});

describe('the binding, byte for byte', () => {
  const spkiHash = hash('sha256', ascii('spki'));
  const nonce = hash('sha256', ascii('nonce'));

  it('hashes key, nonce and key config into the leaf', () => {
    const keyConfig = ascii('key config');
    const expected = hash(
      'sha256',
      Uint8Array.of(0),
      ascii('sotto-session-v1'),
      spkiHash,
      nonce,
      hash('sha256', keyConfig),
    );
    expect(hex(sessionLeaf(spkiHash, nonce, keyConfig))).toBe(hex(expected));
  });

  it('hashes the empty string in the place of a key config for a direct connection', () => {
    const empty = hash('sha256');
    const expected = hash('sha256', Uint8Array.of(0), ascii('sotto-session-v1'), spkiHash, nonce, empty);
    expect(hex(directLeaf(spkiHash, nonce))).toBe(hex(expected));
  });

  it('hashes key and exporter into the leaf of a peer', () => {
    const expected = hash('sha256', Uint8Array.of(0), ascii('sotto-peer-v1'), spkiHash, nonce);
    expect(hex(peerLeaf(spkiHash, nonce))).toBe(hex(expected));
  });

  it('hashes the root into the report data', () => {
    expect(hex(reportData(nonce))).toBe(hex(hash('sha512', ascii('sotto-report-data-v1'), nonce)));
  });

  it('refuses hashes and nonces of other lengths', () => {
    const short = new Uint8Array(31);
    const malformed = expect.objectContaining({ code: 'binding-malformed' });
    expect(() => sessionLeaf(short, nonce, short)).toThrow(malformed);
    expect(() => sessionLeaf(spkiHash, short, short)).toThrow(malformed);
    expect(() => directLeaf(spkiHash, short)).toThrow(malformed);
    expect(() => peerLeaf(spkiHash, short)).toThrow(malformed);
    expect(() => reportData(short)).toThrow(malformed);
    expect(() => rootFromPath(short, { index: 0, size: 1, hashes: [] })).toThrow(malformed);
  });
});

function rootOrCode(leaf: Uint8Array, path: AuditPath): string {
  try {
    return hex(rootFromPath(leaf, path));
  } catch (error) {
    return (error as { code: string }).code;
  }
}
