/**
 * What AMD publishes about an SEV-SNP machine, fetched for stapling and checked before it is: its VCEK, and the revocation
 * list of its product line (AMD document 57230, "VCEK Certificate and KDS Interface Specification", §4).
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { sameBytes } from '../bytes.js';
import { download, type VendorRequest } from '../download.js';
import { AttestationError } from '../error.js';
import type { Evidence } from '../evidence.js';
import {
  productOfReport,
  readCertificateTable,
  readReport,
  type SnpProduct,
  sameTcb,
  splitReport,
  type TcbVersion,
  writeCertificateTable,
} from '../snp/abi/index.js';
import { ANCHORS, type Anchor } from '../snp/anchor.js';
import { verifyChain } from '../snp/chain.js';
import { type EndorsementKind, readEndorsement } from '../snp/endorsement.js';
import { verifyRevocationList } from '../snp/revocation.js';
import { parseCertificate } from '../x509.js';
import type { Validity } from './validity.js';

const KDS = 'https://kdsintf.amd.com';
const UNAVAILABLE = 'snp-collateral-unavailable';
/** Turin's hardware ids are the first 8 bytes of CHIP_ID. */
const HW_ID_BYTES = { Milan: 64, Genoa: 64, Turin: 8 } as const;

/** A machine as AMD's service has to be told of it. */
export interface SnpMachine {
  readonly product: SnpProduct;
  /** What signs its reports. */
  readonly kind: EndorsementKind;
  readonly hwId: Uint8Array;
  /** The TCB that its reports state. */
  readonly tcb: TcbVersion;
  /** Whether the host's certificate table already holds the key's certificate, of this TCB. */
  readonly endorsed: boolean;
}

/** What checks are made against, besides the machine. */
export interface SnpJudgement {
  /** The caller's own time. */
  readonly now: Date;
  /** AMD's roots, unless this is a test. */
  readonly anchors?: readonly Anchor[] | undefined;
}

/**
 * Which machine evidence is of, without verifying it: for a server that asks about its own.
 *
 * @throws AttestationError `snp-report-…`, `snp-table-malformed`, `snp-certificate-malformed`,
 *   `snp-signing-key-unsupported`; `snp-product-unknown` when neither report nor certificates name a product line
 */
export function readSnpMachine({ outblob, auxblob }: Evidence): SnpMachine {
  const { signedBytes, signingKey: kind } = splitReport(outblob);
  if (kind !== 'vcek' && kind !== 'vlek') {
    throw new AttestationError(
      'snp-signing-key-unsupported',
      'the report is signed by neither VCEK nor VLEK',
    );
  }
  const der = auxblob && readCertificateTable(auxblob)[kind];
  const endorsed = der && readEndorsement(parseCertificate(der, 'snp-certificate-malformed'), kind);
  const product = productOfReport(signedBytes) ?? endorsed?.product;
  if (!product) {
    throw new AttestationError(
      'snp-product-unknown',
      'the report is of version 2 or of an unknown processor, and the host gave no certificate that says which',
    );
  }
  const { reportedTcb: tcb, chipId } = readReport(signedBytes, product);
  return {
    product,
    kind,
    hwId: chipId.slice(0, HW_ID_BYTES[product]),
    tcb,
    endorsed: endorsed !== undefined && sameTcb(endorsed.tcb, tcb),
  };
}

/**
 * Fetches the revocation list of the machine's product line.
 *
 * @returns DER
 * @throws AttestationError `snp-collateral-unavailable`
 */
export async function fetchSnpRevocationList(
  { product, kind }: SnpMachine,
  request: VendorRequest,
): Promise<Uint8Array> {
  const codes = { unavailable: UNAVAILABLE, unknown: UNAVAILABLE } as const;
  return (await download(request, `${KDS}/${kind}/v1/${product}/crl`, codes)).body;
}

/**
 * Checks a revocation list as a client will. Whom it names is for the client to say: a list that revokes this very machine
 * has to travel too.
 *
 * @throws AttestationError `snp-crl-…`
 */
export async function checkSnpRevocationList(
  der: Uint8Array,
  { product }: SnpMachine,
  { now, anchors }: SnpJudgement,
): Promise<Validity> {
  const ark = parseCertificate(anchorOf(product, anchors).ark, 'snp-certificate-malformed');
  const { thisUpdate, nextUpdate } = await verifyRevocationList(der, ark, now);
  return { issued: [thisUpdate], nextUpdate };
}

/**
 * Fetches the VCEK of a machine at its TCB. VLEKs are for cloud providers to fetch.
 *
 * @returns DER
 * @throws AttestationError `snp-chip-unknown` when AMD knows no such machine, or the host masks its chip's id;
 *   `snp-collateral-unavailable`
 */
export async function fetchVcek(
  { product, hwId, tcb }: SnpMachine,
  request: VendorRequest,
): Promise<Uint8Array> {
  if (hwId.every((byte) => byte === 0)) {
    throw new AttestationError('snp-chip-unknown', 'the host masks the id of its chip, and gave no VCEK');
  }
  const parts = { ...(tcb.fmc === undefined ? {} : { fmcSPL: tcb.fmc }), ...splsOf(tcb) };
  const query = Object.entries(parts).map(([name, value]) => `${name}=${String(value).padStart(2, '0')}`);
  const url = `${KDS}/vcek/v1/${product}/${bytesToHex(hwId)}?${query.join('&')}`;
  return (await download(request, url, { unavailable: UNAVAILABLE, unknown: 'snp-chip-unknown' })).body;
}

/**
 * Checks that a VCEK is AMD's, and of that machine at that TCB.
 *
 * @throws AttestationError `snp-certificate-malformed`, `snp-chain-…`, `snp-product-mismatch`, `snp-chip-mismatch`,
 *   `snp-tcb-mismatch`
 */
export async function checkVcek(
  der: Uint8Array,
  { product, hwId, tcb }: SnpMachine,
  { now, anchors }: SnpJudgement,
): Promise<Validity> {
  const endorsed = await verifyChain({ vcek: der }, 'vcek', anchorOf(product, anchors), now);
  const refuse = (code: 'snp-chip-mismatch' | 'snp-tcb-mismatch') => {
    throw new AttestationError(code, 'the VCEK is not the one that was asked for');
  };
  if (endorsed.kind !== 'vcek' || !sameBytes(endorsed.hwId, hwId)) refuse('snp-chip-mismatch');
  if (!sameTcb(endorsed.tcb, tcb)) refuse('snp-tcb-mismatch');
  const { notBefore, notAfter } = parseCertificate(der, 'snp-certificate-malformed');
  return { issued: [notBefore], nextUpdate: notAfter };
}

/** The host's certificate table with that VCEK in it. @throws AttestationError `snp-table-malformed` */
export function withVcek(auxblob: Uint8Array | undefined, vcek: Uint8Array): Uint8Array {
  return writeCertificateTable({ ...(auxblob ? readCertificateTable(auxblob) : {}), vcek });
}

function splsOf({ bootLoader, tee, snp, microcode }: TcbVersion) {
  return { blSPL: bootLoader, teeSPL: tee, snpSPL: snp, ucodeSPL: microcode };
}

function anchorOf(product: SnpProduct, anchors: readonly Anchor[] = ANCHORS): Anchor {
  const anchor = anchors.find(({ name }) => name === product);
  if (anchor) return anchor;
  throw new AttestationError('snp-unknown-root', `there is no root of ${product}`);
}
