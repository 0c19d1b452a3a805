/** A TSM for machines without one. It proves nothing; see simulated-platform.ts. */
import { setTimeout } from 'node:timers/promises';
import { AttestationError } from '../error.js';
import type { SnpReport, TcbVersion } from '../snp/abi/index.js';
import { SIMULATED_CRL } from './simulated-crl.js';
import { simulatedPlatform } from './simulated-platform.js';
import { writeReport } from './simulated-report.js';
import { requireInblob, type Tsm } from './tsm.js';

const MEASUREMENT_BYTES = 48;
const PRODUCT = 'Milan';
/** Above every minimum that a policy may ask for. */
const TCB: TcbVersion = { bootLoader: 127, tee: 127, snp: 127, microcode: 255 };
const FIRMWARE = { major: 1, minor: 55, build: 255 };

export interface SimulatedTsmOptions {
  /** The launch measurement that its reports state, 48 bytes. */
  readonly measurement: Uint8Array;
  /** How long a report takes, in milliseconds; real firmware takes some tens. */
  readonly delayMs?: number;
}

/**
 * Real-format SNP reports, version 3, under the published simulated root, with its revocation list. Like a chip, it makes
 * one at a time.
 *
 * @throws AttestationError `tsm-bad-input` when the measurement is not 48 bytes
 */
export async function simulatedTsm({ measurement, delayMs = 0 }: SimulatedTsmOptions): Promise<Tsm> {
  if (measurement.length !== MEASUREMENT_BYTES) {
    throw new AttestationError('tsm-bad-input', `a measurement has ${MEASUREMENT_BYTES} bytes`);
  }
  const chipId = crypto.getRandomValues(new Uint8Array(64));
  const chip = { product: PRODUCT, productName: 'Milan-B1', tcb: TCB, hwId: chipId } as const;
  const platform = await simulatedPlatform(chip);
  const guest = simulatedGuest(measurement, chipId);
  const collateral = new Uint8Array(Buffer.from(SIMULATED_CRL, 'base64'));
  let turn: Promise<unknown> = Promise.resolve();
  return {
    provider: 'simulated',
    report(inblob, signal) {
      const report = turn.then(async () => {
        requireInblob(inblob);
        signal?.throwIfAborted();
        if (delayMs > 0) await setTimeout(delayMs, undefined, signal ? { signal } : {});
        const outblob = await platform.sign(writeReport({ ...guest, reportData: inblob }, PRODUCT));
        return { provider: 'sev_guest', outblob, auxblob: platform.auxblob, collateral, generation: 1 };
      });
      // Whoever comes next waits for this one to end, well or not; its own caller gets the failure.
      turn = report.then(
        () => undefined,
        () => undefined,
      );
      return report;
    },
  };
}

/** What firmware says of a guest launched as ours are: no debugging, no migration agent, VMPL 0. */
export function simulatedGuest(measurement: Uint8Array, chipId: Uint8Array): Omit<SnpReport, 'reportData'> {
  return {
    version: 3,
    guestSvn: 0,
    policy: {
      abiMinor: 0,
      abiMajor: 0,
      smt: true,
      migrateMa: false,
      debug: false,
      singleSocket: false,
      cxlAllow: false,
      memAes256Xts: false,
      raplDis: false,
      ciphertextHidingDram: false,
      pageSwapDisable: false,
    },
    familyId: new Uint8Array(16),
    imageId: new Uint8Array(16),
    vmpl: 0,
    currentTcb: TCB,
    platformInfo: {
      smtEnabled: true,
      tsmeEnabled: false,
      eccEnabled: true,
      raplDisabled: false,
      ciphertextHidingDramEnabled: false,
      aliasCheckComplete: true,
      tioEnabled: false,
    },
    authorKeyEn: false,
    maskChipKey: false,
    signingKey: 'vcek',
    measurement: measurement.slice(),
    hostData: new Uint8Array(32),
    idKeyDigest: new Uint8Array(48),
    authorKeyDigest: new Uint8Array(48),
    reportId: crypto.getRandomValues(new Uint8Array(32)),
    reportIdMa: new Uint8Array(32).fill(0xff),
    reportedTcb: TCB,
    cpuId: { family: 0x19, model: 0x01, stepping: 1 },
    chipId,
    committedTcb: TCB,
    current: FIRMWARE,
    committed: FIRMWARE,
    launchTcb: TCB,
  };
}
