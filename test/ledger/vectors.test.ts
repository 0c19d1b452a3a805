/** Vectors: RFC 6962's trees as the reference implementations of Certificate Transparency have them; C2SP's and Go's notes. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_ROOT,
  leafHash,
  parseCheckpoint,
  parseCosignature,
  parseNote,
  parseTilePath,
  parseVerifierKey,
  rootOf,
  TileReader,
  tilePath,
  tileWidth,
  verifyConsistency,
  verifyInclusion,
  verifyNote,
} from '../../ledger/index.js';
import { TreeEdge } from '../../ledger/node/edge.js';
import { CT_INPUTS, CT_ROOTS } from '../ct-tree.js';

describe('RFC 6962', () => {
  it('has these roots', () => {
    expect(bytesToHex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const hashes = CT_INPUTS.map((leaf) => leafHash(hexToBytes(leaf)));
    for (const [i, root] of CT_ROOTS.entries()) expect(bytesToHex(rootOf(hashes.slice(0, i + 1)))).toBe(root);
  });

  it('has this audit path and this consistency proof', () => {
    const root = hexToBytes(CT_ROOTS[7]!);
    const hashes = [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ].map(hexToBytes);
    expect(() =>
      verifyInclusion(leafHash(hexToBytes(CT_INPUTS[5]!)), { index: 5, size: 8, hashes }, root),
    ).not.toThrow();
    const consistency = [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ].map(hexToBytes);
    expect(() =>
      verifyConsistency({ size: 6, root: hexToBytes(CT_ROOTS[5]!) }, { size: 8, root }, consistency),
    ).not.toThrow();
  });
});

describe('Proofs from tiles', () => {
  const tiles = new Map<string, Uint8Array>();
  const edge = TreeEdge.empty();
  const roots: Uint8Array[] = [edge.root];
  const entry = (i: number) => new TextEncoder().encode(`entry ${i}`);
  for (let i = 0; i < 1100; i++) {
    edge.add(entry(i));
    roots.push(edge.root);
    for (const tile of edge.take()) tiles.set(tilePath(tile), tile.bytes);
  }
  const readerAt = (size: number) => new TileReader(async (address) => tiles.get(tilePath(address))!, size);

  it('verify for every size, place and older size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1100 }), fc.nat(), fc.nat(), async (size, a, b) => {
        const [index, older] = [a % size, b % (size + 1)];
        const reader = readerAt(size);
        expect(bytesToHex(await reader.root())).toBe(bytesToHex(roots[size]!));
        verifyInclusion(leafHash(entry(index)), await reader.inclusionProof(index), roots[size]!);
        const proof = await reader.consistencyProof(older);
        verifyConsistency({ size: older, root: roots[older]! }, { size, root: roots[size]! }, proof);
      }),
      { numRuns: 100 },
    );
  });
});

describe('C2SP tlog-tiles', () => {
  it('has these paths', () => {
    expect(tilePath({ level: 0, index: 1234067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(parseTilePath('tile/entries/x001/x234/067.p/8')).toEqual({
      level: 'entries',
      index: 1234067,
      width: 8,
    });
    for (const path of [
      'tile/64/000',
      'tile/00/000',
      'tile/0/0',
      'tile/0/x000/001',
      'tile/0/000.p/256',
      'tile/0/000.p/0',
      'tile/0/../x',
    ]) {
      expect(() => parseTilePath(path), path).toThrowError(
        expect.objectContaining({ code: 'tile-malformed' }),
      );
    }
  });

  it('has 273 full tiles and these partial ones for 70,000 entries', () => {
    expect([tileWidth(0, 272, 70_000), tileWidth(0, 273, 70_000), tileWidth(0, 274, 70_000)]).toEqual([
      256, 112, 0,
    ]);
    expect([tileWidth(1, 0, 70_000), tileWidth(1, 1, 70_000), tileWidth(2, 0, 70_000)]).toEqual([256, 17, 1]);
    expect([tileWidth(0, 0, 256), tileWidth(1, 0, 256)]).toEqual([256, 1]);
  });
});

describe('Signed notes', () => {
  it("verify with the key of Go's documentation", async () => {
    const key = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const line =
      '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
    const note = parseNote(new TextEncoder().encode(`${text}\n${line}`));
    await expect(verifyNote(note, key)).resolves.toBeUndefined();
  });

  it("read C2SP's example of a cosigned checkpoint", () => {
    const note = parseNote(
      new TextEncoder().encode(
        'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
          '\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n' +
          '\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n',
      ),
    );
    expect(parseCheckpoint(note.text)).toMatchObject({
      origin: 'example.com/behind-the-sofa',
      size: 20852163,
    });
    expect(parseCosignature(note.signatures[1]!.signature).time).toBe(1679315147);
  });
});
