/** Certificate revocation lists (RFC 5280 §5), complete ones of version 2. Parsing only: nothing here is trusted. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { sameBytes } from './bytes.js';
import { DerError, DerReader, dottedOid, readSigned, Tag, time } from './der.js';
import { AttestationError, type AttestationErrorCode } from './error.js';

const MAX_CRL_BYTES = 1024 * 1024;
const VERSION_2 = Uint8Array.of(1);

export interface RevocationList {
  /** The signed bytes: the whole TBSCertList element. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  /** The name as its DER, to be compared byte for byte. */
  readonly issuer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** True when the list names that certificate of its issuer's. */
  revokes(certificate: { readonly serial: Uint8Array }): boolean;
}

/**
 * Parses one DER revocation list, strictly.
 *
 * @param code the code to refuse with when the bytes are not such a list
 * @throws AttestationError with that code
 */
export function parseCrl(der: Uint8Array, code: AttestationErrorCode): RevocationList {
  try {
    if (der.length > MAX_CRL_BYTES) throw new DerError('too long');
    return readCrl(der);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new AttestationError(code, `not a revocation list: ${cause.message}`, { cause });
  }
}

function readCrl(der: Uint8Array): RevocationList {
  const { signed, algorithm, signature } = readSigned(der);
  const tbs = new DerReader(signed.content);
  if (!sameBytes(tbs.expect(Tag.integer).content, VERSION_2)) throw new DerError('not version 2');
  if (!sameBytes(tbs.expect(Tag.sequence).whole, algorithm.whole)) throw new DerError('two algorithms');
  const issuer = tbs.expect(Tag.sequence).whole;
  const thisUpdate = time(tbs.next());
  const nextUpdate = time(tbs.next());
  const list = tbs.optional(Tag.sequence);
  const revoked = new Set(list ? readEntries(new DerReader(list.content)) : []);
  readExtensions(tbs.enter(Tag.explicit0));
  tbs.end();
  return {
    tbs: signed.whole,
    signatureAlgorithm: dottedOid(new DerReader(algorithm.content).expect(Tag.oid)),
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    revokes: ({ serial }) => revoked.has(bytesToHex(serial)),
  };
}

function* readEntries(list: DerReader): Generator<string> {
  while (!list.done) {
    const entry = list.enter(Tag.sequence);
    const serial = entry.expect(Tag.integer).content;
    time(entry.next());
    const extensions = entry.optional(Tag.sequence);
    if (extensions) requireNoneCritical(new DerReader(extensions.content));
    entry.end();
    yield bytesToHex(serial);
  }
}

function readExtensions(explicit: DerReader): void {
  requireNoneCritical(explicit.enter(Tag.sequence));
  explicit.end();
}

/** A critical extension (delta list, issuing distribution point) would change what the list means (§5.2). */
function requireNoneCritical(list: DerReader): void {
  while (!list.done) {
    const extension = list.enter(Tag.sequence);
    const oid = dottedOid(extension.expect(Tag.oid));
    if (extension.optional(Tag.boolean)) throw new DerError(`critical extension ${oid}`);
    extension.expect(Tag.octetString);
    extension.end();
  }
}
