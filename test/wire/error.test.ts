import { describe, expect, it } from 'vitest';
import * as wire from '../../wire/index.js';
import { bytes, chat, coded, session, summarize, utf8 } from './fixture.js';

const ours = session(wire.KEM_X25519);
const sealer = new wire.ChunkedRequestSealer(ours.config);
const start = wire.concat(sealer.start);
const open = (message: Uint8Array) => new wire.ChunkedRequestOpener(ours.pair, ours.config, message).open();
const proofread = (text: Uint8Array) =>
  wire.decodeTaskBody(wire.taskPath('proofread'), wire.encodeTaskBody({ task: 'proofread', text }));
const reply = (count: number) =>
  wire.decodeTaskBody(wire.taskPath('reply'), wire.encodeTaskBody({ task: 'reply', messages: chat(count) }));
const context = () => {
  const { shared } = wire.encapsulate(wire.KEM_X25519, ours.pair.publicKey);
  return new wire.HpkeContext({ kem: wire.KEM_X25519, aead: 1 }, shared, utf8(''));
};
function finished(): Uint8Array {
  const half = new wire.ChunkedRequestSealer(ours.config);
  half.final(utf8(''));
  return half.chunk(utf8(''));
}
function wiped(): Uint8Array {
  const secret = new wire.SecretBytes(utf8('x'));
  secret.wipe();
  return secret.bytes;
}

const NO_PROOF = { 'content-digest': '', 'signature-input': '', signature: '' };
const PROOF = wire.formatProof(utf8(''), {
  account: 'ann',
  created: 0,
  nonce: new Uint8Array(16),
  signature: new Uint8Array(64),
});

/** One way to get each code. The type makes this list whole. */
const EVERY: Readonly<Record<wire.WireErrorCode, () => unknown>> = {
  'direct-name-malformed': () => wire.nonceOfDirectName('localhost'),
  'cbor-malformed': () => wire.decodeCbor(bytes('f6')),
  'cbor-truncated': () => wire.decodeCbor(bytes('41')),
  'cbor-not-deterministic': () => wire.decodeCbor(bytes('1800')),
  'bhttp-malformed': () => wire.decodeBhttpRequest(bytes('01')),
  'bhttp-truncated': () => wire.decodeBhttpRequest(bytes('00')),
  'hpke-bad-key': () => wire.encapsulate(wire.KEM_X25519, new Uint8Array(32)),
  'hpke-open-failed': () => context().open(utf8(''), new Uint8Array(16)),
  'hpke-unsupported': () => wire.decodeSessionOpen(bytes(`a2015820${'00'.repeat(32)}028110`)),
  'key-config-malformed': () => wire.decodeKeyConfig(bytes('01')),
  'key-config-unsupported': () => wire.decodeKeyConfig(bytes('010010')),
  'ohttp-unknown-key': () => open(wire.concat(Uint8Array.of(2), start.subarray(1))),
  'ohttp-unsupported-suite': () => open(wire.concat(bytes('0100100001'), start.subarray(5))),
  'ohttp-truncated': () => open(start),
  'ohttp-malformed': () => open(wire.concat(start, bytes('bfffffff'))),
  'ohttp-open-failed': () => open(wire.concat(start, new Uint8Array(20))),
  'ohttp-finished': finished,
  'privacy-malformed': () => wire.decodePrivacySetting(bytes('a0')),
  'session-malformed': () => wire.decodeSessionAnswer(bytes('a0')),
  'request-malformed': () => wire.decodeTaskBody(wire.taskPath('reply'), bytes('a0')),
  'request-too-large': () => wire.requestClass(2 ** 20),
  'request-invalid-utf8': () => proofread(bytes('ff')),
  'request-empty': () => proofread(utf8(' ')),
  'request-too-many-messages': () => reply(10_001),
  'request-unknown-task': () => wire.decodeTaskBody(utf8('/v1/x'), bytes('a0')),
  'event-malformed': () => wire.decodeEvent(bytes('a0')),
  'event-too-large': () => wire.encodeEvent({ kind: 'text', text: new Uint8Array(209) }),
  'token-truncated': () => wire.decodeToken(bytes('00')),
  'token-malformed': () => wire.decodeToken(bytes(`0002${'00'.repeat(353)}`)),
  'token-type-unsupported': () => wire.decodeToken(bytes('0001')),
  'token-challenge-malformed': () => wire.decodeChallenge(bytes('0002000000')),
  'token-key-malformed': () => wire.decodeTokenKey(bytes('30')),
  'token-header-malformed': () => wire.parseAuthorization('Bearer x=y'),
  'token-request-malformed': () => wire.decodeTokenBatchRequest(bytes('00')),
  'token-response-malformed': () => wire.decodeTokenResponse(bytes('00')),
  'token-directory-malformed': () => wire.decodeDirectory(utf8('[]')),
  'proof-malformed': () => wire.parseProof(NO_PROOF, utf8('')),
  'proof-wrong-content': () => wire.parseProof({ ...PROOF, 'content-digest': '' }, utf8('')),
  'secret-wiped': wiped,
};

describe('every code', () => {
  it.each(Object.entries(EVERY))('%s is thrown', (code, act) => {
    expect(act).toThrow(coded(code));
  });

  it('can be told to a client: it fits an error event', () => {
    for (const code of Object.keys(EVERY)) {
      expect(wire.decodeEvent(wire.encodeEvent({ kind: 'error', code })).event).toEqual({
        kind: 'error',
        code,
      });
    }
  });

  it('comes with a message that quotes nothing of the content', () => {
    const canary = utf8('canary');
    const body = wire.encodeTaskBody(
      summarize({ messages: [{ sender: canary, text: bytes('ff') }], unreadFrom: 0 }),
    );
    expect(() => wire.decodeTaskBody(wire.taskPath('summarize'), body)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') }),
    );
  });
});
