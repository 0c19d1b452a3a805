import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LeafEvidence, parseRatlsCertificate, peerLeaf } from '../../../attestation/index.js';
import { createRatlsIdentity } from '../../../attestation/ratls/index.js';
import { simulatedTsm } from '../../../attestation/tsm/index.js';
import { connect, ownDraft } from '../../../client/index.js';
import { connectRatls, leafProver, type PeerOptions, RatlsAgent } from '../../../client/node/index.js';
import { decodeSessionAnswer, encodeSessionOpen, KEM_X25519, PEER_TYPE } from '../../../wire/index.js';
import { collect, TestServer, TRUST } from '../fixture.js';

const MEASUREMENT = TRUST.policy.measurements[0]!;
let server: TestServer;
let prove: PeerOptions['prove'];
beforeAll(async () => {
  server = await TestServer.start({ direct: { peers: true } });
  prove = leafProver(await simulatedTsm({ measurement: MEASUREMENT }));
});
afterAll(() => server.stop());

/** A session over a connection whose client shows that evidence, if any. */
async function sessionAs(peer?: PeerOptions) {
  const agent = new RatlsAgent({ ...TRUST, ...(peer ? { peer } : {}) });
  try {
    const session = await connect({ url: server.directUrl, fetch: agent.fetch, ...TRUST });
    return await collect(session.proofread(ownDraft('i is ill')));
  } finally {
    agent.destroy();
  }
}
const refused = (detail: string) => ({ name: 'ClientError', code: 'server-refused', detail });

describe('a VM that shows evidence over its own connection', () => {
  it('is admitted, and its sessions are answered', async () => {
    expect((await sessionAs({ prove })).at(-1)).toMatchObject({ kind: 'done' });
  });

  it('shows it once a connection, however many requests there are', async () => {
    let shown = 0;
    const counted: PeerOptions['prove'] = (leaf) => {
      shown++;
      return prove(leaf);
    };
    const agent = new RatlsAgent({ ...TRUST, peer: { prove: counted } });
    for (let i = 0; i < 3; i++) await connect({ url: server.directUrl, fetch: agent.fetch, ...TRUST });
    agent.destroy();
    expect(shown).toBe(1);
  });
});

describe('no session is for', () => {
  it('a direct connection without evidence of the client', async () => {
    await expect(sessionAs()).rejects.toMatchObject(refused('peer-required'));
  });

  it('plain HTTP', async () => {
    await expect(server.connect()).rejects.toMatchObject(refused('peer-required'));
    const body = Buffer.from(await certificate(new Uint8Array(32)));
    const headers = { 'content-type': PEER_TYPE };
    const response = await fetch(`${server.url}/v1/peer`, { method: 'POST', headers, body });
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'peer-required' }]);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  it('a machine that runs something else', async () => {
    const other = leafProver(await simulatedTsm({ measurement: new Uint8Array(48).fill(8) }));
    await expect(sessionAs({ prove: other })).rejects.toMatchObject(refused('policy-measurement'));
  });

  it('evidence that was recorded on another connection', async () => {
    let recorded: Promise<LeafEvidence> | undefined;
    const replay: PeerOptions['prove'] = (leaf) => {
      recorded ??= prove(leaf);
      return recorded;
    };
    expect((await sessionAs({ prove: replay })).at(-1)).toMatchObject({ kind: 'done' });
    await expect(sessionAs({ prove: replay })).rejects.toMatchObject(refused('binding-stale'));
  });

  it('evidence that a genuine VM gave to a nonce of the client’s choice', async () => {
    const victim = await TestServer.start();
    const borrowed: PeerOptions['prove'] = async (leaf) => {
      const response = await fetch(`${victim.url}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: Buffer.from(encodeSessionOpen({ nonce: leaf, kems: [KEM_X25519] })),
      });
      const answer = decodeSessionAnswer(new Uint8Array(await response.arrayBuffer()));
      const { evidence, root } = parseRatlsCertificate(answer.certificate);
      return { evidence, root, auditPath: answer.auditPath };
    };
    await expect(sessionAs({ prove: borrowed })).rejects.toMatchObject(refused('binding-stale'));
    await victim.stop();
  });
});

/** The certificate of a peer whose connection has that exporter. */
async function certificate(exporter: Uint8Array): Promise<Uint8Array> {
  const identity = await createRatlsIdentity();
  const { evidence, root, auditPath } = await prove(peerLeaf(identity.spkiHash, exporter));
  return identity.certificate(evidence, root, auditPath);
}

describe('a certificate that is posted by hand', () => {
  const { host, port } = { host: '127.0.0.1', port: () => Number(new URL(server.directUrl).port) };
  const exporterOf = async () => {
    const { socket } = await connectRatls({ host, port: port(), ...TRUST });
    const exporter = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    return { socket, exporter: new Uint8Array(exporter) };
  };
  const post = async (body: Uint8Array, type = PEER_TYPE) => {
    const agent = new RatlsAgent(TRUST);
    const response = await agent.fetch(`${server.directUrl}/v1/peer`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from(body),
    });
    const problem = await response.json();
    agent.destroy();
    return { status: response.status, ...(problem as object) };
  };

  it('is refused on a second connection while the first, for which it was made, is still there', async () => {
    const { socket, exporter } = await exporterOf();
    const moved = await certificate(exporter);
    expect(await post(moved)).toMatchObject({ status: 403, code: 'peer-refused', detail: 'binding-stale' });
    socket.destroy();
  });

  it('is refused when it is none, has no audit path, or comes as something else', async () => {
    const identity = await createRatlsIdentity();
    const { evidence, root } = await prove(new Uint8Array(32));
    expect(await post(await identity.certificate(evidence, root))).toMatchObject({
      code: 'peer-refused',
      detail: 'ratls-no-audit-path',
    });
    expect(await post(Buffer.from('hello'))).toMatchObject({
      code: 'peer-refused',
      detail: 'ratls-malformed',
    });
    expect(await post(Buffer.from('hello'), 'text/plain')).toMatchObject({ status: 415 });
  });
});
