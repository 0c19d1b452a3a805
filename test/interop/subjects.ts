/** Real evidence as whoever would forge it holds it: parts that can be changed, and ways to have the whole judged. */
import { writeCertificateTable } from '../../attestation/snp/abi/index.js';
import { SIGNED_BYTES } from '../../attestation/snp/abi/report.js';
import { verifySnpEvidence } from '../../attestation/snp/session.js';
import { splitQuote } from '../../attestation/tdx/abi/index.js';
import {
  decodeTdxCollateral,
  encodeTdxCollateral,
  type TdxCollateral,
  type TdxVerification,
  verifyTdxQuote,
} from '../../attestation/tdx/index.js';
import { readPem } from '../../attestation/tdx/verify/pem.js';
import { type Check, CheckList } from '../../attestation/verdict.js';
import type { SnpRequest, TdxRequest } from '../../bench/attestation/google.js';
import { vector } from '../attestation/fixture.js';
import { bundle, REAL } from '../attestation/tdx/vectors.js';

/** Parts of evidence by name. */
export type Parts = Readonly<Record<string, Uint8Array>>;

/** Bytes that a signature covers, or that are a signature, or a key that one is verified with. */
export interface Region {
  readonly part: string;
  readonly from: number;
  readonly to: number;
}

export interface Subject<Request> {
  readonly name: string;
  readonly parts: Parts;
  readonly signed: readonly Region[];
  /** The first check that fails, as `check: code`, of those about being genuine and patched; empty when none does. */
  ours(parts: Parts): Promise<string>;
  /** The same for others. */
  readonly request: (parts: Parts) => Request;
}

const whole = (part: string, bytes: Uint8Array): Region => ({ part, from: 0, to: bytes.length });
const firstFailure = (checks: readonly Check[]): string => {
  const failed = checks.find(({ ok }) => !ok);
  return failed ? `${failed.name}: ${failed.code}` : '';
};

const SNP_TIME = new Date('2023-01-01');
/** r and s have 48 bytes each, and 72 bytes of room. */
const [NUMBER_BYTES, NUMBER_ROOM] = [48, 72];
/** What a verifier without a policy judges. */
const GENUINE: ReadonlySet<string> = new Set(['evidence', 'chain', 'revocation', 'signature', 'tcb']);

const report = vector('milan-v2.report.bin');
const vcek = vector('milan-vcek.der');
const tableOf = (parts: Parts) => writeCertificateTable({ vcek: parts['vcek']! });

export const MILAN: Subject<SnpRequest> = {
  name: 'the SNP report of a Milan with its VCEK',
  parts: { report, vcek },
  signed: [
    { part: 'report', from: 0, to: SIGNED_BYTES },
    ...[SIGNED_BYTES, SIGNED_BYTES + NUMBER_ROOM].map((from) => ({
      part: 'report',
      from,
      to: from + NUMBER_BYTES,
    })),
    whole('vcek', vcek),
  ],
  async ours(parts) {
    const list = new CheckList();
    await verifySnpEvidence(list, {
      evidence: { provider: 'sev_guest', outblob: parts['report']!, auxblob: tableOf(parts) },
      roots: {},
      policy: { measurements: [new Uint8Array(48)] },
      now: SNP_TIME,
    });
    return firstFailure(list.checks.filter(({ name }) => GENUINE.has(name)));
  },
  request: (parts) => ({
    kind: 'snp',
    now: SNP_TIME,
    snp: { report: parts['report']!, table: tableOf(parts) },
  }),
};

/** A quote with its collateral. `trusted` names the root to others when it is not Intel's. */
export function quoteSubject(
  name: string,
  { quote, collateral, now, roots }: TdxVerification,
  trusted: { readonly roots?: readonly Uint8Array[] } = {},
): Subject<TdxRequest> {
  const stapled = decodeTdxCollateral(collateral!);
  const [, authority, root] = readPem(splitQuote(quote).pckChain, 'tdx-certificate-malformed');
  return {
    name,
    parts: { quote, ...stapled },
    signed: [...quoteRegions(quote), ...Object.entries(stapled).flatMap(collateralRegions)],
    async ours({ quote: given, ...parts }) {
      const changed = encodeTdxCollateral(parts as unknown as TdxCollateral);
      return firstFailure((await verifyTdxQuote({ quote: given!, collateral: changed, now, roots })).checks);
    },
    request: ({ quote: given, ...parts }) => ({
      kind: 'tdx',
      now,
      tdx: {
        quote: given!,
        collateral: { ...(parts as unknown as TdxCollateral), pckAuthority: authority!, root: root! },
        ...trusted,
      },
    }),
  };
}

/** All of a quote but types and sizes, which nothing signs, and the text of its certificates. */
function quoteRegions(quote: Uint8Array): Region[] {
  return Object.entries(splitQuote(quote))
    .filter(([part]) => part !== 'pckChain')
    .map(([, bytes]) => {
      const from = bytes.byteOffset - quote.byteOffset;
      return { part: 'quote', from, to: from + bytes.length };
    });
}

/** Certificates and lists whole; of Intel's JSON what is signed, and the signature. */
function collateralRegions([part, bytes]: [string, Uint8Array]): Region[] {
  if (bytes[0] !== 0x7b) return [whole(part, bytes)];
  return signedJson(bytes).map(([from, to]) => ({ part, from, to }));
}

/** `{"name":BODY,"signature":"HEX"}`: where body and digits are. */
export function signedJson(answer: Uint8Array): [body: [number, number], signature: [number, number]] {
  const text = Buffer.from(answer).toString('latin1');
  const from = text.indexOf(':') + 1;
  const [, body = '', glue = '', digits = ''] =
    /^(.*)(,"signature":")([0-9a-fA-F]+)/s.exec(text.slice(from)) ?? [];
  const to = from + body.length;
  return [
    [from, to],
    [to + glue.length, to + glue.length + digits.length],
  ];
}

export const SAPPHIRE_RAPIDS = quoteSubject('the quote (version 4) of an early Sapphire Rapids', REAL);
export const UP_TO_DATE = quoteSubject(
  'the quote (version 4) of a machine that is up to date',
  bundle('v4-uptodate', new Date('2025-06-20T00:00:00Z')),
);
export const OUTDATED = quoteSubject(
  'the quote (version 5) of a TD 1.5',
  bundle('v5-outdated', new Date('2026-02-20T00:00:00Z')),
);
