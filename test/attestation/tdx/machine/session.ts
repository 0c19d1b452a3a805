/** Sessions on the TDX machine, among others that share a quote. Without changes they verify. */
import {
  type Evidence,
  encodeTdxCollateral,
  LeafTree,
  reportData,
  type SessionVerification,
  sessionLeaf,
} from '../../../../attestation/index.js';
import { createRatlsIdentity } from '../../../../attestation/ratls/index.js';
import { makeCollateral, makeQuote, type Parts, standardPki } from './index.js';
import { NOW } from './pki.js';
import { POLICY } from './policy.js';

export interface SessionParts extends Parts {
  readonly evidence?: (evidence: Evidence) => Evidence;
  readonly verification?: Partial<SessionVerification>;
}

const NONCE = Uint8Array.from({ length: 32 }, (_, i) => i);
const KEY_CONFIG = Uint8Array.of(1, 2, 3);

export async function tdxSession(parts: SessionParts = {}): Promise<SessionVerification> {
  const pki = parts.pki ?? (await standardPki());
  const identity = await createRatlsIdentity({ now: () => NOW });
  const leaves = [NONCE, NONCE.toReversed()].map((nonce) =>
    sessionLeaf(identity.spkiHash, nonce, KEY_CONFIG),
  );
  const tree = new LeafTree(leaves);
  const quote = await makeQuote(pki, {
    ...parts,
    fields: { reportData: reportData(tree.root), ...parts.fields },
  });
  const genuine: Evidence = {
    provider: 'tdx_guest',
    outblob: quote,
    collateral: encodeTdxCollateral(await makeCollateral(pki, parts)),
  };
  return {
    answer: {
      certificate: await identity.certificate(parts.evidence?.(genuine) ?? genuine, tree.root),
      keyConfig: KEY_CONFIG,
      auditPath: tree.path(0),
    },
    nonce: NONCE,
    roots: { intel: [pki.root.der] },
    policy: { measurements: [], tdx: POLICY },
    now: NOW,
    ...parts.verification,
  };
}
