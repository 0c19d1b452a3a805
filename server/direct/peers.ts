/**
 * Mutual RA-TLS: a client that is a confidential VM itself shows evidence over the TLS connection's exporter (RFC 9266),
 * inside that connection. Both ends' fresh secrets are in the exporter, so the evidence is of now and of nobody else.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import {
  type AttestationPolicy,
  requirePolicy,
  type TrustRoots,
  verifyPeer,
} from '../../attestation/index.js';
import { EXPORTER_BYTES, EXPORTER_LABEL, PEER_TYPE } from '../../wire/index.js';
import { ServerError } from '../error.js';

/** What a peer has to be. */
export interface PeerRules {
  readonly policy: AttestationPolicy;
  readonly roots: TrustRoots;
}

/** The longest certificate that is read: more than any evidence takes. */
const CERTIFICATE_BYTES = 256 * 1024;

/** Knows the connections whose other end has shown what it is. */
export class PeerGate {
  readonly #rules: PeerRules;
  readonly #admitted = new WeakSet<Socket>();

  /** @throws AttestationError `policy-invalid` */
  constructor(rules: PeerRules) {
    requirePolicy(rules.policy);
    this.#rules = rules;
  }

  /** @throws ServerError `peer-required` unless the other end of this connection was admitted */
  require(socket: Socket): void {
    if (!this.#admitted.has(socket)) throw peerRequired();
  }

  /** `POST /v1/peer`: the peer's certificate, DER; 204 when it is admitted. */
  addPath(app: FastifyInstance): void {
    const options = { parseAs: 'buffer', bodyLimit: CERTIFICATE_BYTES } as const;
    app.addContentTypeParser(PEER_TYPE, options, (_, body, done) => done(null, body));
    app.post('/v1/peer', async ({ raw, body }, reply) => {
      if (!Buffer.isBuffer(body)) {
        throw new ServerError('media-type-unsupported', 'This path takes a certificate in DER.');
      }
      await this.#admit(raw.socket, new Uint8Array(body));
      return reply.code(204).send();
    });
  }

  async #admit(socket: Socket, certificate: Uint8Array): Promise<void> {
    if (!(socket instanceof TLSSocket)) throw peerRequired();
    const exporter = new Uint8Array(
      socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0)),
    );
    const { ok, checks } = await verifyPeer({ ...this.#rules, certificate, exporter, now: new Date() });
    if (!ok) {
      const detail = checks.find((check) => !check.ok)?.code;
      throw new ServerError('peer-refused', 'The evidence of this end was not accepted.', {
        ...(detail ? { detail } : {}),
      });
    }
    this.#admitted.add(socket);
  }
}

function peerRequired(): ServerError {
  return new ServerError(
    'peer-required',
    'This server takes sessions only over direct connections from VMs that have shown evidence of their own.',
  );
}
