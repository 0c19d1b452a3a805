import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeBundle } from '../../ledger/bundle/index.js';
import { acceptBundle, auditLog, formatAddCheckpoint, httpView } from '../../ledger/index.js';
import { folderView, signNote, withSignatures } from '../../ledger/node/index.js';
import { formatCheckpoint, parseCheckpoint, parseSignatureLines } from '../../ledger/note/index.js';
import { verifyConsistency } from '../../ledger/tree/index.js';
import { NOW, ORIGIN, openLog, openWitness, release, signed, signer, World } from './fixture.js';

const ROOT = Buffer.alloc(32, 1).toString('base64');
const now = new Date(NOW);

describe('A checkpoint', () => {
  it.each([
    ['no origin', `\n1\n${ROOT}\n`],
    ['no size', `${ORIGIN}\n\n${ROOT}\n`],
    ['a size with a zero before it', `${ORIGIN}\n01\n${ROOT}\n`],
    ['a size beyond counting', `${ORIGIN}\n99999999999999999\n${ROOT}\n`],
    ['a negative size', `${ORIGIN}\n-1\n${ROOT}\n`],
    ['a root of another length', `${ORIGIN}\n1\n${ROOT.slice(4)}\n`],
    ['a root that is no base64', `${ORIGIN}\n1\n!!\n`],
    ['an empty extension', `${ORIGIN}\n1\n${ROOT}\n\nmore\n`],
    ['no last newline', `${ORIGIN}\n1\n${ROOT}`],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrowError(
      expect.objectContaining({ code: 'checkpoint-malformed' }),
    );
  });

  it('is refused when it is of another log than its signer', async () => {
    const world = await World.start();
    const { index } = await world.log.append(signed(release('1.0.0'), 'ada', 'mary'));
    const { checkpoint, state } = world.log.head;
    const text = formatCheckpoint({ ...checkpoint, origin: 'log.example/other' });
    const bundle = await makeBundle(
      { checkpoint: signNote(text, world.log.key, signer('log')), state, tile: world.log.store.tile },
      index,
    );
    await expect(acceptBundle(bundle, world.policy, now)).rejects.toMatchObject({
      code: 'checkpoint-origin',
    });
  });
});

describe('A tree', () => {
  it('is refused when it shrinks', async () => {
    const [older, newer] = [3, 2].map((size) => ({ size, root: new Uint8Array(32) }));
    expect(() => verifyConsistency(older!, newer!, [])).toThrowError(
      expect.objectContaining({ code: 'tree-size' }),
    );
    const log = await openLog();
    const witness = await openWitness('one', [log.key]);
    const body = formatAddCheckpoint({ oldSize: 9, consistency: [], checkpoint: log.head.note });
    await expect(witness.addCheckpoint(new TextEncoder().encode(body))).rejects.toMatchObject({
      code: 'tree-size',
    });
  });

  it('has no bundle of what it does not reach yet', async () => {
    const log = await openLog();
    const { note: checkpoint, state } = log.head;
    const making = makeBundle({ checkpoint, state, tile: log.store.tile }, 1);
    await expect(making).rejects.toMatchObject({ code: 'tree-size' });
  });

  it('is refused by an audit when its entries give another root', async () => {
    const world = await World.start();
    await world.log.append(signed(release('1.0.0'), 'ada', 'mary'));
    const text = formatCheckpoint({ ...world.log.head.checkpoint, root: new Uint8Array(32) });
    const forged = signNote(text, world.log.key, signer('log'));
    // Witnesses take the first tree that they see as it is: only an audit reads what it is made of.
    const body = formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint: forged });
    const cosignatures = await Promise.all(
      world.witnesses.map(async (witness) => {
        const answer = await witness.addCheckpoint(new TextEncoder().encode(body));
        return parseSignatureLines((answer as { lines: string }).lines);
      }),
    );
    const checkpoint = withSignatures(forged, cosignatures.flat());
    const { policy, log } = world;
    const audit = auditLog({ checkpoint, tile: log.store.tile, policy, now: NOW / 1000 });
    await expect(audit).rejects.toMatchObject({ code: 'tree-root' });
  });
});

it('An entry is refused before its time', async () => {
  const world = await World.start();
  const later = { notBefore: '2026-06-02T00:00:00Z', notAfter: '2026-06-03T00:00:00Z' };
  const bundle = await world.bundle(signed(release('2.0.0', later), 'ada', 'mary'));
  await expect(acceptBundle(bundle, world.policy, now)).rejects.toMatchObject({
    code: 'entry-not-yet-valid',
  });
});

describe('A log', () => {
  it('that cannot be reached, or shows no checkpoint, is told as unavailable', async () => {
    const unreachable = httpView('http://127.0.0.1:1');
    await expect(unreachable.checkpoint()).rejects.toMatchObject({ code: 'log-unavailable' });
    const empty = httpView('http://log.example', async () => new Response(null, { status: 404 }));
    await expect(empty.checkpoint()).rejects.toMatchObject({ code: 'log-unavailable' });
    await expect(folderView('/nonexistent').checkpoint()).rejects.toMatchObject({ code: 'log-unavailable' });
  });

  it('that cannot write takes nothing more', async () => {
    const log = await openLog();
    const at = join(log.store.folder, 'public');
    rmSync(at, { recursive: true });
    writeFileSync(at, 'no folder');
    await expect(log.append(signed(release('1.0.0'), 'ada', 'mary'))).rejects.toMatchObject({
      code: 'log-failed',
    });
  });
});
