/** A simulated VM that makes certificates for direct connections, with parts that a test can put wrong. */
import {
  type AuditPath,
  directLeaf,
  type LeafEvidence,
  LeafTree,
  reportData,
} from '../../../attestation/index.js';
import {
  type ConnectionIdentity,
  createConnectionIdentity,
  type RatlsIdentityOptions,
} from '../../../attestation/ratls/index.js';
import { simulatedTsm, type Tsm } from '../../../attestation/tsm/index.js';

export const MEASUREMENT = new Uint8Array(48).fill(7);
export const TRUST = {
  policy: { measurements: [MEASUREMENT] },
  roots: { simulated: 'sotto-simulated' },
} as const;

/** What a server shows: a key and a certificate. */
export interface Credential {
  /** PKCS #8. */
  readonly key: Uint8Array;
  readonly certificate: Uint8Array;
}

export interface Changes {
  readonly identity?: RatlsIdentityOptions;
  readonly leaf?: (identity: ConnectionIdentity, nonce: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** The root that the report is made over. */
  readonly root?: (root: Uint8Array) => Uint8Array;
  readonly path?: (path: AuditPath) => AuditPath | undefined;
  readonly certificate?: (der: Uint8Array) => Uint8Array;
}

export class Vm {
  readonly #tsm: Tsm;

  private constructor(tsm: Tsm) {
    this.#tsm = tsm;
  }

  static async launch(measurement: Uint8Array = MEASUREMENT): Promise<Vm> {
    return new Vm(await simulatedTsm({ measurement }));
  }

  /** Evidence over a leaf, which is the third of five. */
  async prove(leaf: Uint8Array, root = (real: Uint8Array): Uint8Array => real): Promise<LeafEvidence> {
    const others: Uint8Array[] = [1, 2, 3, 4].map((byte) => new Uint8Array(32).fill(byte));
    const tree = new LeafTree(others.toSpliced(2, 0, leaf));
    return {
      evidence: await this.#tsm.report(reportData(root(tree.root))),
      root: tree.root,
      auditPath: tree.path(2),
    };
  }

  /** What an honest server makes for a connection with that nonce, but for the changes. */
  async credential(nonce: Uint8Array, changes: Changes = {}): Promise<Credential> {
    const identity = await createConnectionIdentity(changes.identity);
    const leaf = (await changes.leaf?.(identity, nonce)) ?? directLeaf(identity.spkiHash, nonce);
    const { evidence, root, auditPath } = await this.prove(leaf, changes.root);
    const path = changes.path ? changes.path(auditPath) : auditPath;
    const certificate = await identity.certificate(evidence, root, path);
    return {
      key: await identity.privateKey(),
      certificate: changes.certificate?.(certificate) ?? certificate,
    };
  }
}
