/** Sessions that verify, made of parts that a test can put wrong one at a time. */
import { readFileSync } from 'node:fs';
import type { AuditPath, Evidence, SessionVerification, Verdict } from '../../attestation/index.js';
import { LeafTree, reportData, sessionLeaf, verifySession } from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import type { SnpProduct } from '../../attestation/snp/abi/index.js';
import type { SnpReport } from '../../attestation/snp/abi/report.js';
import { simulatedGuest } from '../../attestation/tsm/simulated.js';
import { type SimulatedChip, simulatedPlatform } from '../../attestation/tsm/simulated-platform.js';
import { writeReport } from '../../attestation/tsm/simulated-report.js';

const VECTORS = new URL('../vectors/attestation/', import.meta.url);

export function vector(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, VECTORS)));
}

/** The DER certificates of a PEM vector. */
export function pemVector(name: string): Uint8Array[] {
  const text = readFileSync(new URL(name, VECTORS), 'utf8');
  return [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(
    (match) => new Uint8Array(Buffer.from(match[1]!, 'base64')),
  );
}

export const MEASUREMENT = new Uint8Array(48).fill(0x5a);
export const NONCE = Uint8Array.from({ length: 32 }, (_, i) => i);
const KEY_CONFIG = Uint8Array.of(1, 0, 0x20, 9, 9, 9);
const CHIP_ID = Uint8Array.from({ length: 64 }, (_, i) => 255 - i);
const TCB = { bootLoader: 10, tee: 1, snp: 60, microcode: 230 };

export const CHIPS: { readonly [product in SnpProduct]: SimulatedChip } = {
  Milan: { product: 'Milan', productName: 'Milan-B1', tcb: TCB, hwId: CHIP_ID },
  Genoa: { product: 'Genoa', productName: 'Genoa-B1', tcb: TCB, hwId: CHIP_ID },
  Turin: { product: 'Turin', productName: 'Turin-C1', tcb: { fmc: 3, ...TCB }, hwId: CHIP_ID.slice(0, 8) },
};

const CPU_IDS = {
  Milan: { family: 0x19, model: 0x01, stepping: 1 },
  Genoa: { family: 0x19, model: 0x11, stepping: 1 },
  Turin: { family: 0x1a, model: 0x02, stepping: 1 },
};

/** A report of a well-launched guest on that chip. */
export function goodReport(chip: SimulatedChip, changes: Partial<SnpReport> = {}): SnpReport {
  const chipId = new Uint8Array(64);
  chipId.set(chip.hwId);
  return {
    ...simulatedGuest(MEASUREMENT, chipId),
    reportData: new Uint8Array(64),
    currentTcb: chip.tcb,
    reportedTcb: chip.tcb,
    committedTcb: chip.tcb,
    launchTcb: chip.tcb,
    cpuId: CPU_IDS[chip.product],
    ...changes,
  };
}

export interface Parts {
  readonly chip?: SimulatedChip;
  /** Changes to the report before it is signed. */
  readonly report?: Partial<SnpReport>;
  /** Changes to the signed bytes before they are signed. */
  readonly bytes?: (signed: Uint8Array) => void;
  /** Changes to the evidence after it was signed. */
  readonly evidence?: (evidence: Evidence) => Evidence;
  readonly path?: (path: AuditPath) => AuditPath;
  readonly verification?: Partial<SessionVerification>;
}

/** A session among five that share a report. Without changes it verifies. */
export async function session(parts: Parts = {}): Promise<SessionVerification> {
  const chip = parts.chip ?? CHIPS.Milan;
  const identity = await createRatlsIdentity();
  const leaves = [0, 1, 2, 3, 4].map((i) =>
    sessionLeaf(identity.spkiHash, i === 2 ? NONCE : NONCE.map((byte) => byte ^ (i + 1)), KEY_CONFIG),
  );
  const tree = new LeafTree(leaves);
  const platform = await simulatedPlatform(chip);
  const report = goodReport(chip, { reportData: reportData(tree.root), ...parts.report });
  const signed = writeReport(report, chip.product);
  parts.bytes?.(signed);
  const genuine = { provider: 'sev_guest', outblob: await platform.sign(signed), auxblob: platform.auxblob };
  const evidence = parts.evidence?.(genuine) ?? genuine;
  const path = tree.path(2);
  return {
    answer: {
      certificate: await identity.certificate(evidence, tree.root),
      keyConfig: KEY_CONFIG,
      auditPath: parts.path?.(path) ?? path,
    },
    nonce: NONCE,
    roots: { simulated: 'sotto-simulated' },
    policy: { measurements: [MEASUREMENT] },
    now: new Date(),
    ...parts.verification,
  };
}

/** The verdict on such a session. */
export async function verdictOn(parts: Parts = {}): Promise<Verdict> {
  return verifySession(await session(parts));
}

/** The failed checks that were reached, as `check: code`. */
export function failures(verdict: Verdict): string[] {
  return verdict.checks
    .filter((check) => !check.ok && check.code !== 'not-checked')
    .map((check) => `${check.name}: ${check.code}`);
}

/** A copy with one bit changed. */
export function flipped(bytes: Uint8Array, offset: number, bit = 0): Uint8Array {
  const copy = bytes.slice();
  copy[offset]! ^= 1 << bit;
  return copy;
}
