/** The protocol without the SDK, so that a test can send what the SDK never would. */
import { randomBytes } from 'node:crypto';
import {
  type AnswerEvent,
  AnswerOpener,
  CHUNKED_REQUEST_TYPE,
  ChunkedRequestSealer,
  concat,
  decodeKeyConfig,
  decodeSessionAnswer,
  encapsulate,
  encodeSessionOpen,
  KEM_X25519,
  type KemId,
  SESSION_TYPE,
  type SessionAnswer,
} from '../../wire/index.js';

export function postOpen(url: string, body: Uint8Array, type = SESSION_TYPE): Promise<Response> {
  return fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: Buffer.from(body),
  });
}

/** Opens a session and believes everything. */
export async function openByHand(url: string, kem: KemId = KEM_X25519): Promise<SessionAnswer> {
  const response = await postOpen(url, encodeSessionOpen({ nonce: randomBytes(32), kems: [kem] }));
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return decodeSessionAnswer(new Uint8Array(await response.arrayBuffer()));
}

export function postSealed(
  url: string,
  session: Uint8Array | string,
  message: Uint8Array,
  type = CHUNKED_REQUEST_TYPE,
): Promise<Response> {
  const id = typeof session === 'string' ? session : Buffer.from(session).toString('hex');
  return fetch(`${url}/v1/sessions/${id}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: Buffer.from(message),
  });
}

/** Any plaintext, sealed to a session; `shared` is the secret that both sides derive everything from. */
export function sealPlaintext(
  { keyConfig }: SessionAnswer,
  plaintext: Uint8Array,
): { readonly message: Uint8Array; readonly answer: AnswerOpener; readonly shared: Uint8Array } {
  let shared = new Uint8Array(0);
  const sealer = new ChunkedRequestSealer(decodeKeyConfig(keyConfig), (kem, publicKey) => {
    const made = encapsulate(kem, publicKey);
    shared = made.shared.bytes.slice();
    return made;
  });
  const message = concat(sealer.start, sealer.final(plaintext));
  return { message, answer: new AnswerOpener(sealer), shared };
}

/** All events of an answer, padding and all. */
export async function readAnswer(response: Response, answer: AnswerOpener): Promise<AnswerEvent[]> {
  const events = answer.push(new Uint8Array(await response.arrayBuffer()));
  return [...events, ...answer.end()];
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A known-length binary HTTP request (RFC 9292 §3.1), POST, whose content has fewer than 16,384 bytes. */
export function bhttpRequest(path: string, content: Uint8Array): Uint8Array {
  const field = (value: string) => concat(Uint8Array.of(value.length), utf8(value));
  const size = Uint8Array.of(0x40 | (content.length >> 8), content.length & 0xff);
  const head = [field('POST'), field('https'), field(''), field(path)];
  return concat(Uint8Array.of(0), ...head, Uint8Array.of(0), size, content);
}
