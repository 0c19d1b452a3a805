import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningLedger, type RunningWitness, startLedger, startWitness } from '../../edge/index.js';
import { formatAddCheckpoint, httpView, parseVerifierKey, verifierKey } from '../../ledger/index.js';
import { signerOf } from '../../ledger/node/index.js';
import { folder, genesisEntry, openLog, release, signed, signer } from '../ledger/fixture.js';

const LOCAL = { host: '127.0.0.1', port: 0 };
const NAME = 'log.example/party';
const RATE = { burst: 100, perSecond: 100 };
const quiet = () => undefined;

let witness: RunningWitness;
let log: RunningLedger;

beforeAll(async () => {
  const at = folder();
  writeFileSync(join(at, 'genesis'), genesisEntry());
  const config = {
    listen: LOCAL,
    name: 'w.example',
    folder: join(at, 'w'),
    key: join(at, 'w.key'),
    rate: RATE,
  };
  const seed = Buffer.alloc(32, 5);
  writeFileSync(join(at, 'log.key'), seed);
  const key = verifierKey(NAME, 'note', signerOf(Buffer.from(seed)).publicKey);
  witness = await startWitness({ config: { ...config, logs: [key] }, log: quiet });
  log = await startLedger({
    config: {
      listen: LOCAL,
      name: NAME,
      folder: join(at, 'log'),
      key: join(at, 'log.key'),
      genesis: join(at, 'genesis'),
      witnesses: [{ url: witness.url, key: parseVerifierKey(witness.key) }],
      quorum: 1,
      cosignSeconds: 60,
      batchMs: 0,
      rate: RATE,
    },
    log: quiet,
  });
});
afterAll(async () => {
  await log?.close();
  await witness?.close();
});

const append = (entry: Uint8Array) =>
  fetch(`${log.url}/v1/entries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: entry as Uint8Array<ArrayBuffer>,
  });
const ask = (body: string) => fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body });

describe('A log and its witness', () => {
  it('publish what was appended, and refuse what is none', async () => {
    const answer = await append(signed(release('1'), 'ada', 'grace'));
    expect(answer.status).toBe(200);
    const { id } = (await answer.json()) as { id: string };
    let bundle = await fetch(`${log.url}/v1/bundles/${id}`);
    while (bundle.status === 503) {
      expect(await bundle.json()).toMatchObject({ code: 'ledger-behind' });
      bundle = await fetch(`${log.url}/v1/bundles/${id}`);
    }
    expect(bundle.status).toBe(200);
    expect((await httpView(log.url).checkpoint()).length).toBeGreaterThan(100);
    const refused = await append(signed(release('2'), 'ada'));
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'entry-refused', detail: 'signature-threshold' }),
    ]);
  });

  it('do not sign for another key, another tree, or without a proof', async () => {
    const other = await openLog({ name: NAME, signer: signer('eve') });
    const { note } = other.head;
    const unsigned = await ask(formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint: note }));
    expect([unsigned.status, await unsigned.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'checkpoint-unsigned' }),
    ]);
    const fork = await openLog({ name: NAME, signer: signerOf(Buffer.alloc(32, 5)) });
    await fork.append(signed(release('3'), 'ada', 'grace'));
    const split = await ask(formatAddCheckpoint({ oldSize: 2, consistency: [], checkpoint: fork.head.note }));
    expect([split.status, await split.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'checkpoint-conflict', detail: 'tree-split-view' }),
    ]);
    await fork.append(signed(release('4'), 'ada', 'grace'));
    const consistency = await fork.reader(3).consistencyProof(2);
    const forked = await ask(formatAddCheckpoint({ oldSize: 2, consistency, checkpoint: fork.head.note }));
    expect([forked.status, await forked.json()]).toEqual([
      422,
      expect.objectContaining({ code: 'checkpoint-inconsistent' }),
    ]);
    const behind = await ask(
      formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint: fork.head.note }),
    );
    expect([behind.status, behind.headers.get('content-type'), await behind.text()]).toEqual([
      409,
      expect.stringContaining('text/x.tlog.size'),
      '2\n',
    ]);
  });
});
