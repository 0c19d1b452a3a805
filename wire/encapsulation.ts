import { ascii, ByteReader, bigEndian, concat } from './bytes.js';
import { WireError } from './error.js';
import { AEAD_KEY_SIZE, AEAD_NONCE_SIZE, type AeadId, isAeadId } from './hpke/aead.js';
import {
  encapsulate,
  HpkeContext,
  KDF_HKDF_SHA256,
  KEM_SIZES,
  type KemKeyPair,
  SealingState,
} from './hpke/index.js';
import { hkdfExpand, hkdfExtract } from './hpke/kdf.js';
import type { KeyConfig } from './keyconfig.js';

/** The HPKE labels that keep the one-shot and the chunked form apart (RFC 9458 §4.3, chunked OHTTP §6). */
export interface Labels {
  readonly request: string;
  readonly response: string;
}

/** The header, the KEM's output and the context that request and response both derive from. */
export interface Encapsulation {
  readonly header: Uint8Array;
  readonly enc: Uint8Array;
  readonly context: HpkeContext;
}

const HEADER_SIZE = 7;

/** info of RFC 9458 §4.3: label, zero byte, header. */
function requestInfo(labels: Labels, header: Uint8Array): Uint8Array {
  return concat(ascii(labels.request), Uint8Array.of(0), header);
}

/** The first suite of the configuration that this code has. */
function chooseAead(config: KeyConfig): AeadId {
  for (const { kdf, aead } of config.suites) {
    if (kdf === KDF_HKDF_SHA256 && isAeadId(aead)) return aead;
  }
  throw new WireError(
    'key-config-unsupported',
    'the key configuration has no symmetric algorithms in common with us',
  );
}

/** The client's half: a fresh context to `config` (RFC 9458 §4.3). `encapsulateTo` is replaced in vector tests. */
export function beginEncapsulation(
  config: KeyConfig,
  labels: Labels,
  encapsulateTo: typeof encapsulate = encapsulate,
): Encapsulation {
  const aead = chooseAead(config);
  const header = concat(
    bigEndian(config.keyId, 1),
    bigEndian(config.kem, 2),
    bigEndian(KDF_HKDF_SHA256, 2),
    bigEndian(aead, 2),
  );
  const { enc, shared } = encapsulateTo(config.kem, config.publicKey);
  const context = new HpkeContext({ kem: config.kem, aead }, shared, requestInfo(labels, header));
  return { header, enc, context };
}

/**
 * The server's half: header and encapsulated key to a context (RFC 9458 §4.3); `body` is what follows them.
 * @throws WireError `ohttp-truncated`, `ohttp-unknown-key`, `ohttp-unsupported-suite`, `ohttp-open-failed`
 */
export function acceptEncapsulation(
  key: KemKeyPair,
  config: KeyConfig,
  labels: Labels,
  message: Uint8Array,
): Encapsulation & { readonly body: Uint8Array } {
  const reader = new ByteReader(message, 'ohttp-truncated');
  const header = reader.take(HEADER_SIZE);
  const fields = new ByteReader(header, 'ohttp-truncated');
  const keyId = fields.uint(1);
  const kem = fields.uint(2);
  const kdf = fields.uint(2);
  const aead = fields.uint(2);
  if (keyId !== config.keyId)
    throw new WireError('ohttp-unknown-key', 'the request names a key that is not here');
  const offered = config.suites.some((s) => s.kdf === kdf && s.aead === aead);
  if (kem !== config.kem || !offered || !isAeadId(aead)) {
    throw new WireError(
      'ohttp-unsupported-suite',
      'the request uses algorithms that the key was not offered with',
    );
  }
  const enc = reader.take(KEM_SIZES[config.kem].enc);
  let context: HpkeContext;
  try {
    const info = requestInfo(labels, header);
    context = new HpkeContext({ kem: config.kem, aead }, key.decapsulate(enc), info, key.primitives);
  } catch (error) {
    if (error instanceof WireError && error.code === 'hpke-bad-key') throw openFailed();
    throw error;
  }
  return { header, enc, context, body: reader.rest() };
}

/** One code for every way in which a ciphertext does not open, so that nothing can be learnt from which. */
export function openFailed(): WireError {
  return new WireError(
    'ohttp-open-failed',
    'the message was not sealed to this key, or was changed on its way',
  );
}

/** Runs `open`, turning HPKE's code into OHTTP's. */
export function opening(open: () => Uint8Array): Uint8Array {
  try {
    return open();
  } catch (error) {
    if (error instanceof WireError && error.code === 'hpke-open-failed') throw openFailed();
    throw error;
  }
}

/** Size of the response nonce: max(Nn, Nk) (RFC 9458 §4.4). */
export function responseNonceSize(encapsulation: Encapsulation): number {
  return Math.max(AEAD_NONCE_SIZE, AEAD_KEY_SIZE[encapsulation.context.suite.aead]);
}

/** The response's key and nonce (RFC 9458 §4.4, chunked OHTTP §6.2). */
export function responseState(
  encapsulation: Encapsulation,
  labels: Labels,
  responseNonce: Uint8Array,
): SealingState {
  const { context, enc } = encapsulation;
  const secret = context.exportSecret(ascii(labels.response), responseNonceSize(encapsulation));
  const prk = hkdfExtract(context.primitives, concat(enc, responseNonce), secret.bytes);
  secret.wipe();
  const key = hkdfExpand(context.primitives, prk, ascii('key'), AEAD_KEY_SIZE[context.suite.aead]);
  const nonce = hkdfExpand(context.primitives, prk, ascii('nonce'), AEAD_NONCE_SIZE);
  prk.fill(0);
  return new SealingState(context.suite.aead, key, nonce, context.primitives);
}
