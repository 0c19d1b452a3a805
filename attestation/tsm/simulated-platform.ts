/**
 * A simulated SEV-SNP machine: a chip with its own VCEK, certified by the simulated ASK. INSECURE BY DESIGN: the ASK's
 * key is published. Its evidence is real in format, so that everything but the root of trust is exercised for real.
 */
import 'reflect-metadata'; // @peculiar/x509 needs it before itself
import { Extension, X509Certificate, X509CertificateGenerator } from '@peculiar/x509';
import { SIMULATED_ROOT } from '../simulated/root.js';
import { type SnpProduct, type TcbVersion, writeCertificateTable } from '../snp/abi/index.js';
import { COORDINATE_BYTES, P384_BYTES, REPORT_BYTES, SIGNED_BYTES } from '../snp/abi/report.js';
import { SIMULATED_ASK_PRIVATE_KEY_INSECURE } from './simulated-key.js';

const AMD = '1.3.6.1.4.1.3704.1';
const DAY_MS = 86_400_000;
const ASK_ALGORITHM = { name: 'RSA-PSS', hash: 'SHA-384' };
const ASK_SIGNING = { ...ASK_ALGORITHM, saltLength: 48 };
const VCEK_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-384' };

/** What the chip's VCEK certifies of it. */
export interface SimulatedChip {
  readonly product: SnpProduct;
  readonly productName: string;
  readonly tcb: TcbVersion;
  /** 64 bytes; 8 for Turin. */
  readonly hwId: Uint8Array;
}

export interface SimulatedPlatform {
  readonly vcek: Uint8Array;
  /** The host's certificate table: VCEK, ASK, ARK. */
  readonly auxblob: Uint8Array;
  /** Signs the signed part of a report with the VCEK, and answers the whole report. */
  sign(signed: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

/** Makes a machine. Its VCEK lives in this process alone. */
export async function simulatedPlatform(chip: SimulatedChip): Promise<SimulatedPlatform> {
  const keys = await crypto.subtle.generateKey(VCEK_ALGORITHM, false, ['sign', 'verify']);
  const ask = decoded(SIMULATED_ROOT.ask);
  const vcek = await certify(keys.publicKey, chip, new X509Certificate(ask));
  return {
    vcek,
    auxblob: writeCertificateTable({ vcek, ask, ark: decoded(SIMULATED_ROOT.ark) }),
    async sign(signed) {
      const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-384' }, keys.privateKey, signed);
      return withSignature(signed, new Uint8Array(signature));
    },
  };
}

async function certify(publicKey: CryptoKey, chip: SimulatedChip, ask: X509Certificate): Promise<Uint8Array> {
  const key = decoded(SIMULATED_ASK_PRIVATE_KEY_INSECURE);
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=SEV-VCEK, OU=Simulated, O=Sotto',
    issuer: ask.subjectName,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 7 * 365 * DAY_MS),
    publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', key, ASK_ALGORITHM, false, ['sign']),
    signingAlgorithm: ASK_SIGNING,
    extensions: vcekExtensions(chip),
  });
  return new Uint8Array(certificate.rawData);
}

/** AMD document 57230, §3: the same extensions in the same encodings as a real VCEK. */
function vcekExtensions({ product, productName, tcb, hwId }: SimulatedChip): Extension[] {
  const name = Uint8Array.of(0x16, productName.length, ...new TextEncoder().encode(productName));
  return [
    extension('1', integer(product === 'Turin' ? 1 : 0)),
    extension('2', name),
    extension('3.1', integer(tcb.bootLoader)),
    extension('3.2', integer(tcb.tee)),
    extension('3.4', integer(0)),
    extension('3.5', integer(0)),
    extension('3.6', integer(0)),
    extension('3.7', integer(0)),
    extension('3.3', integer(tcb.snp)),
    extension('3.8', integer(tcb.microcode)),
    ...(product === 'Turin' ? [extension('3.9', integer(tcb.fmc ?? 0))] : []),
    extension('4', new Uint8Array(hwId)),
  ];
}

function extension(arcs: string, value: Uint8Array<ArrayBuffer>): Extension {
  return new Extension(`${AMD}.${arcs}`, false, value);
}

/** A DER INTEGER of 0 to 255. */
function integer(value: number): Uint8Array<ArrayBuffer> {
  return value < 0x80 ? Uint8Array.of(2, 1, value) : Uint8Array.of(2, 2, 0, value);
}

/** A whole report: r and s little-endian, each filled up to 72 bytes. */
export function withSignature(signed: Uint8Array, signature: Uint8Array): Uint8Array {
  const report = new Uint8Array(REPORT_BYTES);
  report.set(signed);
  report.set(signature.slice(0, P384_BYTES).reverse(), SIGNED_BYTES);
  report.set(signature.slice(P384_BYTES).reverse(), SIGNED_BYTES + COORDINATE_BYTES);
  return report;
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
