/** Certificate revocation lists (RFC 5280 §5) as Intel publishes them: complete, version 2, ECDSA P-256. */
import { sameBytes } from '../../bytes.js';
import { DerError, DerReader, dottedOid, octetsOfBitString, Tag, time } from '../../der.js';
import { AttestationError } from '../../error.js';
import type { ChainCertificate } from './certificate.js';
import { ECDSA_WITH_SHA256, isSigned, keyOfSpki, plainSignature } from './ecdsa.js';

const MAX_CRL_BYTES = 1024 * 1024;
const VERSION_2 = Uint8Array.of(1);

/** A list whose signature was verified and which is valid now. */
export interface VerifiedCrl {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** True when the list names that serial number. */
  revokes(certificate: ChainCertificate): boolean;
}

interface Crl {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  readonly issuer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Serial numbers in hexadecimal. */
  readonly revoked: ReadonlySet<string>;
}

/**
 * Verifies that a list is its authority's and valid at `now`.
 *
 * @throws AttestationError `tdx-crl-malformed`, `tdx-crl-mixed`, `tdx-crl-bad-signature`, `tdx-crl-not-yet-valid`,
 *   `tdx-crl-expired`
 */
export async function verifyCrl(
  der: Uint8Array,
  authority: ChainCertificate,
  now: Date,
): Promise<VerifiedCrl> {
  const crl = parseCrl(der);
  const name = authority.commonName;
  if (!sameBytes(crl.issuer, authority.subject)) {
    throw new AttestationError('tdx-crl-mixed', `the revocation list is not of ${name}`);
  }
  const signature = plainSignature(crl.signature);
  const key = await keyOfSpki(authority.spki, 'tdx-certificate-malformed');
  const signed =
    crl.signatureAlgorithm === ECDSA_WITH_SHA256 &&
    signature !== undefined &&
    (await isSigned(key, signature, crl.tbs));
  if (!signed) {
    throw new AttestationError('tdx-crl-bad-signature', `the revocation list is not signed by ${name}`);
  }
  requireCurrent(crl, name, now);
  const { thisUpdate, nextUpdate, revoked } = crl;
  return { thisUpdate, nextUpdate, revokes: ({ serial }) => revoked.has(hex(serial)) };
}

function requireCurrent({ thisUpdate, nextUpdate }: Crl, name: string, now: Date): void {
  if (!(now >= thisUpdate)) {
    throw new AttestationError(
      'tdx-crl-not-yet-valid',
      `the revocation list of ${name} is of ${thisUpdate.toISOString()}, in the future`,
    );
  }
  if (!(now <= nextUpdate)) {
    throw new AttestationError(
      'tdx-crl-expired',
      `the revocation list of ${name} was due for renewal on ${nextUpdate.toISOString()}`,
    );
  }
}

function parseCrl(der: Uint8Array): Crl {
  try {
    if (der.length > MAX_CRL_BYTES) throw new DerError('too long');
    return readCrl(der);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new AttestationError('tdx-crl-malformed', `not a revocation list: ${cause.message}`, { cause });
  }
}

function readCrl(der: Uint8Array): Crl {
  const file = new DerReader(der);
  const outer = file.enter(Tag.sequence);
  file.end();
  const tbsElement = outer.expect(Tag.sequence);
  const outerAlgorithm = outer.expect(Tag.sequence);
  const signature = octetsOfBitString(outer.expect(Tag.bitString));
  outer.end();

  const tbs = new DerReader(tbsElement.content);
  if (!sameBytes(tbs.expect(Tag.integer).content, VERSION_2)) throw new DerError('not version 2');
  if (!sameBytes(tbs.expect(Tag.sequence).whole, outerAlgorithm.whole)) throw new DerError('two algorithms');
  const issuer = tbs.expect(Tag.sequence).whole;
  const thisUpdate = time(tbs.next());
  const nextUpdate = time(tbs.next());
  const list = tbs.optional(Tag.sequence);
  const revoked = new Set(list ? readEntries(new DerReader(list.content)) : []);
  readExtensions(tbs.enter(Tag.explicit0));
  tbs.end();
  return {
    tbs: tbsElement.whole,
    signatureAlgorithm: dottedOid(new DerReader(outerAlgorithm.content).expect(Tag.oid)),
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    revoked,
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
    yield hex(serial);
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

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
