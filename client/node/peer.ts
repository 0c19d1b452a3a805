/** The client's half of mutual RA-TLS: a VM shows evidence of its own, over a connection to a server it has verified. */
import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type LeafEvidence, LeafTree, peerLeaf, reportData } from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import type { Tsm } from '../../attestation/tsm/index.js';
import { EXPORTER_BYTES, EXPORTER_LABEL, PEER_TYPE } from '../../wire/index.js';
import { refusal } from '../http.js';
import { exchange } from './exchange.js';

export interface PeerOptions {
  /**
   * Evidence of this VM's own hardware over a leaf. It must not be open to others: whoever can have a leaf of their own
   * choice proved can pass for this VM.
   */
  readonly prove: (leaf: Uint8Array) => Promise<LeafEvidence>;
}

/** Evidence over single leaves, a report for each: for a VM that connects now and then. */
export function leafProver(tsm: Tsm): PeerOptions['prove'] {
  return async (leaf) => {
    const tree = new LeafTree([leaf]);
    return { evidence: await tsm.report(reportData(tree.root)), root: tree.root, auditPath: tree.path(0) };
  };
}

/**
 * Shows evidence over the connection's exporter (RFC 9266) and waits until the server has accepted it.
 *
 * @param socket a connection whose server was verified; nothing else may use it meanwhile
 * @throws ClientError `server-refused` (`detail` says why); whatever `prove` and Node throw
 */
export async function showPeer(socket: TLSSocket, { prove }: PeerOptions): Promise<void> {
  const exporter = socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0));
  const identity = await createRatlsIdentity();
  const leaf = peerLeaf(identity.spkiHash, new Uint8Array(exporter));
  const { evidence, root, auditPath } = await prove(leaf);
  const certificate = await identity.certificate(evidence, root, auditPath);
  const lent = new LentSocket(socket);
  const response = await exchange(lent, `http://${socket.servername}/v1/peer`, {
    method: 'POST',
    headers: { 'content-type': PEER_TYPE, 'content-length': String(certificate.length) },
    body: certificate as Uint8Array<ArrayBuffer>,
  });
  if (response.status !== 204) throw await refusal(response);
  await lent.free;
}

/** An agent of one connection, which it gives back after one request. */
class LentSocket extends Agent {
  /** Resolves when nothing of the request is left on the connection. */
  readonly free: Promise<void>;
  readonly #socket: TLSSocket;
  #returned: () => void = () => undefined;

  constructor(socket: TLSSocket) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#socket = socket;
    this.free = new Promise((resolve) => {
      this.#returned = resolve;
      socket.once('close', () => resolve());
    });
  }

  override createConnection(): Duplex {
    return this.#socket;
  }

  override keepSocketAlive(): boolean {
    setImmediate(() => {
      this.#socket.emit('agentRemove'); // Node's way to take a connection out of an agent's hands.
      this.#returned();
    });
    return true;
  }
}
