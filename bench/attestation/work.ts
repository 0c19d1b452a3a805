/** What a server's own work for one session is made of. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { LeafTree, sessionLeaf } from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { simulatedTsm } from '../../attestation/tsm/index.js';
import { SessionKeys } from '../../server/engine/keys.js';
import { decodeSessionOpen, encodeSessionAnswer, encodeSessionOpen, type KemId } from '../../wire/index.js';
import { microseconds } from './statistics.js';

export interface Work {
  readonly name: string;
  readonly us: number;
  /** Done once a report, for all sessions that share it. */
  readonly perReport?: boolean;
}

/** Microseconds of each part, alone and warm, for trees of `leaves` sessions. */
export async function measureWork(kem: KemId, leaves: number): Promise<Work[]> {
  const nonce = new Uint8Array(randomBytes(32));
  const keys = new SessionKeys();
  const { keyConfig } = keys.open(kem);
  const identity = await createRatlsIdentity();
  const hashes = Array.from({ length: leaves }, () => new Uint8Array(randomBytes(32)));
  const tree = new LeafTree(hashes);
  const tsm = await simulatedTsm({ measurement: new Uint8Array(48) });
  const evidence = await tsm.report(new Uint8Array(64));
  const certificate = await identity.certificate(evidence, tree.root);
  const body = encodeSessionOpen({ nonce, kems: [kem] });
  const answer = {
    certificate,
    keyConfig,
    sessionId: new Uint8Array(16),
    ttlSeconds: 120,
    auditPath: tree.path(leaves >> 1),
  };
  const { port1, port2 } = new MessageChannel();
  port2.on('message', (message) => port2.postMessage(message));
  const parts: Work[] = [
    { name: 'request: CBOR read', us: await microseconds(2000, () => decodeSessionOpen(body)) },
    { name: 'session key made', us: await microseconds(kem === 0x20 ? 1000 : 200, () => keys.open(kem)) },
    {
      name: 'to the engine and back',
      us: await microseconds(500, async () => {
        port1.postMessage({ kind: 'opened', call: 1, session: '', keyConfig });
        await once(port1, 'message');
      }),
    },
    { name: 'leaf', us: await microseconds(1000, () => sessionLeaf(identity.spkiHash, nonce, keyConfig)) },
    { name: 'audit path', us: await microseconds(1000, (i) => tree.path(i % leaves)) },
    { name: 'answer: CBOR written', us: await microseconds(1000, () => encodeSessionAnswer(answer)) },
    {
      name: `tree of ${leaves} leaves`,
      us: await microseconds(10, () => new LeafTree(hashes)),
      perReport: true,
    },
    {
      name: 'certificate',
      us: await microseconds(50, () => identity.certificate(evidence, tree.root)),
      perReport: true,
    },
  ];
  port1.close();
  keys.wipe();
  return parts;
}
