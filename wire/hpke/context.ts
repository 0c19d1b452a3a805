import { ascii, bigEndian, concat } from '../bytes.js';
import { WireError } from '../error.js';
import { SecretBytes } from '../secret.js';
import { AEAD_KEY_SIZE, AEAD_NONCE_SIZE, type AeadId, type Primitives, portablePrimitives } from './aead.js';
import { labeledExpand, labeledExtract } from './kdf.js';
import type { KemId } from './kem.js';

/** HKDF-SHA256 (RFC 9180 §7.2). */
export const KDF_HKDF_SHA256 = 0x0001;

/** One ciphersuite; the KDF is always HKDF-SHA256. */
export interface HpkeSuite {
  readonly kem: KemId;
  readonly aead: AeadId;
}

const MODE_BASE = Uint8Array.of(0);
const EMPTY = new Uint8Array(0);

/** A key, a nonce base and a sequence number: the two directions of HPKE and of chunked responses are alike. */
export class SealingState {
  readonly #id: AeadId;
  readonly #primitives: Primitives;
  readonly #key: SecretBytes;
  readonly #baseNonce: SecretBytes;
  #sequence = 0;

  constructor(
    id: AeadId,
    key: Uint8Array,
    baseNonce: Uint8Array,
    primitives: Primitives = portablePrimitives,
  ) {
    this.#id = id;
    this.#primitives = primitives;
    this.#key = new SecretBytes(key);
    this.#baseNonce = new SecretBytes(baseNonce);
  }

  /** ComputeNonce (RFC 9180 §5.2). */
  #nonce(): Uint8Array {
    const nonce = Uint8Array.from(this.#baseNonce.bytes);
    const counter = bigEndian(this.#sequence, AEAD_NONCE_SIZE);
    for (let i = 0; i < AEAD_NONCE_SIZE; i++) nonce[i]! ^= counter[i]!;
    return nonce;
  }

  seal(aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const sealed = this.#primitives.seal(this.#id, this.#key.bytes, this.#nonce(), aad, plaintext);
    this.#sequence += 1;
    return sealed;
  }

  /**
   * What fails to open leaves the sequence number as it was (RFC 9180 §5.2): nothing later can open in its place.
   * @throws WireError `hpke-open-failed`
   */
  open(aad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#primitives.open(this.#id, this.#key.bytes, this.#nonce(), aad, ciphertext);
    if (!plaintext)
      throw new WireError('hpke-open-failed', 'the ciphertext was not made with this key, or was changed');
    this.#sequence += 1;
    return plaintext;
  }

  wipe(): void {
    this.#key.wipe();
    this.#baseNonce.wipe();
  }
}

/** An HPKE context in base mode (RFC 9180 §5.1.1), for either side. */
export class HpkeContext {
  readonly suite: HpkeSuite;
  /** What it seals and opens with. */
  readonly primitives: Primitives;
  readonly #suiteId: Uint8Array;
  readonly #state: SealingState;
  readonly #exporter: SecretBytes;

  /** KeySchedule of RFC 9180 §5.1. Takes the shared secret and wipes it. */
  constructor(
    suite: HpkeSuite,
    shared: SecretBytes,
    info: Uint8Array,
    primitives: Primitives = portablePrimitives,
  ) {
    this.suite = suite;
    this.primitives = primitives;
    this.#suiteId = concat(
      ascii('HPKE'),
      bigEndian(suite.kem, 2),
      bigEndian(KDF_HKDF_SHA256, 2),
      bigEndian(suite.aead, 2),
    );
    const pskIdHash = labeledExtract(primitives, this.#suiteId, EMPTY, 'psk_id_hash', EMPTY);
    const infoHash = labeledExtract(primitives, this.#suiteId, EMPTY, 'info_hash', info);
    const context = concat(MODE_BASE, pskIdHash, infoHash);
    const secret = labeledExtract(primitives, this.#suiteId, shared.bytes, 'secret', EMPTY);
    shared.wipe();
    this.#state = new SealingState(
      suite.aead,
      labeledExpand(primitives, this.#suiteId, secret, 'key', context, AEAD_KEY_SIZE[suite.aead]),
      labeledExpand(primitives, this.#suiteId, secret, 'base_nonce', context, AEAD_NONCE_SIZE),
      primitives,
    );
    this.#exporter = new SecretBytes(labeledExpand(primitives, this.#suiteId, secret, 'exp', context, 32));
    secret.fill(0);
  }

  /** ContextS.Seal (RFC 9180 §5.2). */
  seal(aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return this.#state.seal(aad, plaintext);
  }

  /** ContextR.Open (RFC 9180 §5.2). @throws WireError `hpke-open-failed` */
  open(aad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    return this.#state.open(aad, ciphertext);
  }

  /** Context.Export (RFC 9180 §5.3). */
  exportSecret(label: Uint8Array, length: number): SecretBytes {
    return new SecretBytes(
      labeledExpand(this.primitives, this.#suiteId, this.#exporter.bytes, 'sec', label, length),
    );
  }

  wipe(): void {
    this.#state.wipe();
    this.#exporter.wipe();
  }
}
