/** A certificate hierarchy of the same make as AMD's, with keys that a test owns: what signs VLEKs and revocation lists. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { SnpPolicy } from '../../../attestation/index.js';
import {
  type AuditPath,
  LeafTree,
  reportData,
  type SessionVerification,
  sessionLeaf,
} from '../../../attestation/index.js';
import { createRatlsIdentity } from '../../../attestation/ratls/index.js';
import {
  type CertificateTable,
  type SnpReport,
  type TcbVersion,
  writeCertificateTable,
} from '../../../attestation/snp/abi/index.js';
import type { Anchor } from '../../../attestation/snp/anchor.js';
import { withSignature } from '../../../attestation/tsm/simulated-platform.js';
import { writeReport } from '../../../attestation/tsm/simulated-report.js';
import { CHIPS, goodReport, MEASUREMENT, NONCE } from '../fixture.js';

const AMD = '1.3.6.1.4.1.3704.1';
const PSS = { name: 'RSA-PSS', hash: 'SHA-384' };
const SIGNING = { ...PSS, saltLength: 48 } as typeof PSS;
const CURVE = { name: 'ECDSA', namedCurve: 'P-384' };
/** As AMD's certificates are named: other verifiers look at that. */
const named = (commonName: string) =>
  `OU=Engineering, C=US, L=Santa Clara, ST=CA, O=Advanced Micro Devices, CN=${commonName}`;
const DAY = 86_400_000;
export const CLOUD = 'Test Cloud';

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly der: Uint8Array;
  readonly keys: CryptoKeyPair;
}

/** ARK, ASK and ASVK. The intermediates share a key: making RSA-4096 keys is slow. */
export interface Hierarchy {
  readonly ark: Authority;
  readonly ask: Authority;
  readonly asvk: Authority;
  readonly anchor: Anchor;
}

const der = (certificate: x509.X509Certificate) => new Uint8Array(certificate.rawData);
const rsaKeys = () =>
  crypto.subtle.generateKey({ ...PSS, modulusLength: 4096, publicExponent: Uint8Array.of(1, 0, 1) }, false, [
    'sign',
    'verify',
  ]);

async function authority(
  name: string,
  serial: string,
  keys: CryptoKeyPair,
  issuer?: Authority,
): Promise<Authority> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: named(name),
    issuer: issuer?.certificate.subject ?? named(name),
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 3650 * DAY),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: SIGNING,
    extensions: [new x509.BasicConstraintsExtension(true, issuer ? 0 : undefined, true)],
  });
  return { certificate, der: der(certificate), keys };
}

let standard: Promise<Hierarchy> | undefined;

/** One hierarchy for all tests of a file. */
export function hierarchy(): Promise<Hierarchy> {
  standard ??= make();
  return standard;
}

async function make(): Promise<Hierarchy> {
  const [rootKeys, keys] = await Promise.all([rsaKeys(), rsaKeys()]);
  const ark = await authority('ARK-Milan', '010000', rootKeys);
  const ask = await authority('SEV-Milan', '010001', keys, ark);
  const asvk = await authority('SEV-VLEK-Milan', '010101', keys, ark);
  return { ark, ask, asvk, anchor: { name: 'Milan', ark: ark.der, ask: ask.der, asvk: asvk.der } };
}

const integer = (value: number) =>
  value < 0x80 ? Uint8Array.of(2, 1, value) : Uint8Array.of(2, 2, 0, value);
const ia5 = (text: string) => Uint8Array.of(0x16, text.length, ...new TextEncoder().encode(text));

/** AMD document 57230, §3: the extensions of a VLEK by their last arcs. */
export function vlekExtensions(tcb: TcbVersion = CHIPS.Milan.tcb): Record<string, Uint8Array<ArrayBuffer>> {
  return {
    '1': integer(0),
    '2': ia5('Milan'),
    '3.1': integer(tcb.bootLoader),
    '3.2': integer(tcb.tee),
    '3.3': integer(tcb.snp),
    '3.8': integer(tcb.microcode),
    '5': ia5(CLOUD),
  };
}

/** Those of a VCEK. */
export function vcekExtensions(
  hwId: Uint8Array,
  tcb: TcbVersion = CHIPS.Milan.tcb,
): Record<string, Uint8Array<ArrayBuffer>> {
  const { '5': _, ...shared } = vlekExtensions(tcb);
  return { ...shared, '4': new Uint8Array(hwId) };
}

export interface Leaf {
  readonly der: Uint8Array;
  readonly keys: CryptoKeyPair;
}

/** A key that signs reports, under that authority. */
export async function leaf(
  issuer: Authority,
  extensions: Record<string, Uint8Array<ArrayBuffer>>,
): Promise<Leaf> {
  const keys = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '00',
    subject: named('SEV-VLEK'),
    issuer: issuer.certificate.subject,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 365 * DAY),
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: SIGNING,
    extensions: Object.entries(extensions).map(
      ([arcs, value]) => new x509.Extension(`${AMD}.${arcs}`, false, value),
    ),
  });
  return { der: der(certificate), keys };
}

export interface CrlParts {
  readonly issuer?: Authority;
  readonly revoked?: readonly Authority[];
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly signingKey?: CryptoKey;
}

/** A revocation list; the ARK's unless told otherwise. */
export async function crl(parts: CrlParts = {}): Promise<Uint8Array> {
  const { ark } = await hierarchy();
  const issuer = parts.issuer ?? ark;
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.certificate.subject,
    thisUpdate: parts.thisUpdate ?? new Date(Date.now() - DAY),
    nextUpdate: parts.nextUpdate ?? new Date(Date.now() + 300 * DAY),
    entries: (parts.revoked ?? []).map(({ certificate }) => ({ serialNumber: certificate.serialNumber })),
    signingAlgorithm: SIGNING,
    signingKey: parts.signingKey ?? issuer.keys.privateKey,
    extensions: [new x509.Extension('2.5.29.20', false, integer(1))],
  });
  return new Uint8Array(list.rawData);
}

export interface VlekParts {
  readonly report?: Partial<SnpReport>;
  readonly extensions?: Record<string, Uint8Array<ArrayBuffer>>;
  readonly collateral?: Uint8Array;
  readonly table?: (table: CertificateTable, hierarchy: Hierarchy) => CertificateTable;
  readonly policy?: Partial<SnpPolicy>;
}

const KEY_CONFIG = Uint8Array.of(7);
const PATH: AuditPath = { index: 0, size: 1, hashes: [] };

/** A session on a machine of a cloud provider whose reports a VLEK signs. Without changes it verifies. */
export async function vlekSession(parts: VlekParts = {}): Promise<SessionVerification> {
  const all = await hierarchy();
  const key = await leaf(all.asvk, parts.extensions ?? vlekExtensions());
  const identity = await createRatlsIdentity();
  const { root } = new LeafTree([sessionLeaf(identity.spkiHash, NONCE, KEY_CONFIG)]);
  const report = goodReport(CHIPS.Milan, {
    signingKey: 'vlek',
    reportData: reportData(root),
    ...parts.report,
  });
  const signed = writeReport(report, 'Milan');
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-384' }, key.keys.privateKey, signed);
  const table: CertificateTable = { vlek: key.der };
  const evidence = {
    provider: 'sev_guest',
    outblob: withSignature(signed, new Uint8Array(signature)),
    auxblob: writeCertificateTable(parts.table?.(table, all) ?? table),
    ...(parts.collateral ? { collateral: parts.collateral } : {}),
  };
  return {
    answer: {
      certificate: await identity.certificate(evidence, root),
      keyConfig: KEY_CONFIG,
      auditPath: PATH,
    },
    nonce: NONCE,
    roots: { amd: [all.anchor] },
    policy: { measurements: [MEASUREMENT], vlek: { cloudProviders: [CLOUD] }, ...parts.policy },
    now: new Date(),
  };
}
