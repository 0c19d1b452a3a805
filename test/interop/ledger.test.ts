import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goIsPresent } from '../../bench/attestation/google.js';
import { buildGoLedger } from '../../bench/ledger/go.js';
import {
  formatVerifierKey,
  leafHash,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  verifierKey,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '../../ledger/index.js';
import { release, signed, signer, World } from '../ledger/fixture.js';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe.skipIf(!goIsPresent())(
  'golang.org/x/mod/sumdb, tlog and note (NOT RUN without a Go toolchain)',
  () => {
    it('read our log: checkpoint, tiles and every entry', async () => {
      const world = await World.start();
      const entries = Array.from({ length: 300 }, (_, i) => signed(release(`1.0.${i}`), 'ada', 'grace'));
      await Promise.all(entries.map((entry) => world.log.append(entry)));
      await world.cosign();
      const reader = world.log.reader(301);
      const all = (await Promise.all([0, 1].map((bundle) => reader.entries(bundle)))).flat();
      const request = {
        folder: join(world.log.store.folder, 'public'),
        key: formatVerifierKey(world.log.key),
      };
      const ask = buildGoLedger();
      expect(ask({ ...request, entries: all.map(base64) })).toMatchObject({ size: 301 });
      // And nothing else: another entry, another key.
      expect(ask({ ...request, entries: [base64(all[1]!)] }).error).toMatch(/transparency proof/);
      const other = formatVerifierKey(verifierKey(world.log.key.name, 'note', signer('x').publicKey));
      expect(ask({ ...request, key: other, entries: [] }).error).toBeDefined();
    });

    it.each([
      [1, 1, 0],
      [7, 3, 6],
      [256, 255, 0],
      [777, 256, 512],
    ])('make a note and proofs of %i entries that we verify', async (size, old, index) => {
      const entries = Array.from({ length: size }, (_, i) => new TextEncoder().encode(`entry ${i}`));
      const seed = new Uint8Array(32).fill(7);
      const made = buildGoLedger()({
        entries: entries.map(base64),
        seed: base64(seed),
        name: 'go.example/log',
        old,
        index,
      });
      const key = parseVerifierKey(made.key!);
      expect(formatVerifierKey(key)).toBe(made.key);
      const note = new TextEncoder().encode(made.note);
      const checkpoint = await verifyCheckpoint(note, key, []);
      expect(checkpoint).toMatchObject(parseCheckpoint(parseNote(note).text));
      const hashes = (made.inclusion ?? []).map(bytes);
      expect(() =>
        verifyInclusion(leafHash(entries[index]!), { index, size, hashes }, checkpoint.root),
      ).not.toThrow();
      const before = { size: old, root: bytes(made.oldRoot!) };
      const consistency = (made.consistency ?? []).map(bytes);
      expect(() => verifyConsistency(before, checkpoint, consistency)).not.toThrow();
      await expect(
        verifyCheckpoint(note, { ...key, publicKey: signer('x').publicKey }, []),
      ).rejects.toMatchObject({
        code: 'note-bad-signature',
      });
    });
  },
);
