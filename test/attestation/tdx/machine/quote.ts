/** Writes TDX quotes: the inverse of what attestation/tdx/abi reads, from the same specification. */

export interface QuoteFields {
  readonly version: number;
  readonly body: 'td10' | 'td15';
  readonly qeVendorId: Uint8Array;
  readonly teeTcbSvn: Uint8Array;
  readonly mrSeam: Uint8Array;
  readonly mrSignerSeam: Uint8Array;
  readonly seamAttributes: bigint;
  readonly attributes: bigint;
  readonly xfam: bigint;
  readonly mrTd: Uint8Array;
  readonly mrConfigId: Uint8Array;
  readonly mrOwner: Uint8Array;
  readonly mrOwnerConfig: Uint8Array;
  readonly rtmrs: readonly Uint8Array[];
  readonly reportData: Uint8Array;
  readonly teeTcbSvn2: Uint8Array;
  readonly mrServiceTd: Uint8Array;
}

const filled = (value: number) => new Uint8Array(48).fill(value);

/** A well-launched TD: sept-ve-disable on, everything else off. */
export const QUOTE_FIELDS: QuoteFields = {
  version: 4,
  body: 'td10',
  qeVendorId: Uint8Array.from(Buffer.from('939a7233f79c4ca9940a0db3957f0607', 'hex')),
  teeTcbSvn: Uint8Array.of(5, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  mrSeam: filled(0x5e),
  mrSignerSeam: filled(0),
  seamAttributes: 0n,
  attributes: 1n << 28n,
  xfam: 0xe7n,
  mrTd: filled(0x7d),
  mrConfigId: filled(0),
  mrOwner: filled(0),
  mrOwnerConfig: filled(0),
  rtmrs: [filled(0xa0), filled(0xa1), filled(0xa2), filled(0)],
  reportData: new Uint8Array(64).fill(0x44),
  teeTcbSvn2: Uint8Array.of(5, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  mrServiceTd: filled(0),
};

export function little(value: number | bigint, bytes: 2 | 4 | 8): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value), true);
  return out.slice(0, bytes);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Header, descriptor (version 5) and body: what is signed. */
export function writeSigned(fields: QuoteFields): Uint8Array {
  const body = join(
    fields.teeTcbSvn,
    fields.mrSeam,
    fields.mrSignerSeam,
    little(fields.seamAttributes, 8),
    little(fields.attributes, 8),
    little(fields.xfam, 8),
    fields.mrTd,
    fields.mrConfigId,
    fields.mrOwner,
    fields.mrOwnerConfig,
    ...fields.rtmrs,
    fields.reportData,
    ...(fields.body === 'td15' ? [fields.teeTcbSvn2, fields.mrServiceTd] : []),
  );
  const descriptor = [little(fields.body === 'td15' ? 3 : 2, 2), little(body.length, 4)];
  return join(
    little(fields.version, 2),
    little(2, 2),
    little(0x81, 4),
    new Uint8Array(4),
    fields.qeVendorId,
    new Uint8Array(20),
    ...(fields.version === 5 ? descriptor : []),
    body,
  );
}

export interface SignatureFields {
  readonly signature: Uint8Array;
  readonly attestationKey: Uint8Array;
  readonly qeReport: Uint8Array;
  readonly qeReportSignature: Uint8Array;
  readonly qeAuthData: Uint8Array;
  readonly pckChain: Uint8Array;
  readonly outerType: number;
  readonly innerType: number;
}

export function writeQuote(signed: Uint8Array, fields: SignatureFields): Uint8Array {
  const certification = join(
    fields.qeReport,
    fields.qeReportSignature,
    little(fields.qeAuthData.length, 2),
    fields.qeAuthData,
    little(fields.innerType, 2),
    little(fields.pckChain.length, 4),
    fields.pckChain,
  );
  const data = join(
    fields.signature,
    fields.attestationKey,
    little(fields.outerType, 2),
    little(certification.length, 4),
    certification,
  );
  return join(signed, little(data.length, 4), data);
}

export interface QeFields {
  readonly miscSelect: Uint8Array;
  readonly attributes: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  readonly isvSvn: number;
}

export const QE_FIELDS: QeFields = {
  miscSelect: new Uint8Array(4),
  attributes: Uint8Array.of(0x15, 0, 0, 0, 0, 0, 0, 0, 0xe7, 0, 0, 0, 0, 0, 0, 0),
  mrSigner: new Uint8Array(32).fill(0xdc),
  isvProdId: 2,
  isvSvn: 6,
};

export function writeQeReport(fields: QeFields, reportData: Uint8Array): Uint8Array {
  return join(
    new Uint8Array(16),
    fields.miscSelect,
    new Uint8Array(28),
    fields.attributes,
    new Uint8Array(64),
    fields.mrSigner,
    new Uint8Array(96),
    little(fields.isvProdId, 2),
    little(fields.isvSvn, 2),
    new Uint8Array(60),
    reportData,
  );
}
