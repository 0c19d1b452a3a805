/** A release: what was built from which source, and what hardware measures when it boots. */
import type { ManifestObject } from './object.js';
import { readValidity, type Validity } from './validity.js';

export interface SnpLaunch {
  /** The CPU model that QEMU gives the guest, which the measurement depends on. */
  readonly cpu: string;
  readonly vcpus: number;
  /** The launch digest, 48 bytes in hexadecimal. */
  readonly launchDigest: string;
}

export interface TdxMeasurement {
  readonly mrtd: string;
  /** RTMR0 to RTMR3. */
  readonly rtmrs: readonly string[];
}

export interface Release extends Validity {
  readonly type: 'release';
  /** `simulated` for what no hardware vouches for: no policy accepts it but one for development. */
  readonly hardware: 'confidential' | 'simulated';
  readonly version: string;
  /** SHA-256 of the model pack. */
  readonly model: string;
  /** SHA-256 of what was built; a simulation builds nothing. */
  readonly artifacts?: {
    /** The source's commit. */
    readonly commit: string;
    readonly image: string;
    readonly uki: string;
    readonly verity: string;
    /** The virtual firmwares that the measurements were computed with, one for each platform that has any. */
    readonly firmware: { readonly [platform in (typeof PLATFORMS)[number]]?: string };
  };
  readonly snp: readonly SnpLaunch[];
  readonly tdx?: TdxMeasurement;
  /** The least patch level of a SEV-SNP machine, by product line. */
  readonly minimumTcb: Readonly<Record<string, LeastTcb>>;
}

/** Parts of a TCB version of SEV-SNP, as 56860 §2.2 names them; Turin's have an `fmc`. */
export interface LeastTcb {
  readonly fmc?: number;
  readonly bootLoader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

const PLATFORMS = ['snp', 'tdx'] as const;
const ARTIFACTS = ['commit', 'image', 'uki', 'verity', 'firmware'] as const;
export const RELEASE_FIELDS: readonly string[] = [
  'hardware',
  'version',
  'model',
  ...ARTIFACTS,
  'snp',
  'tdx',
  'minimumTcb',
  'notBefore',
  'notAfter',
];
const TCB_PARTS = ['bootLoader', 'tee', 'snp', 'microcode'] as const;
const PRODUCTS = { Milan: TCB_PARTS, Genoa: TCB_PARTS, Turin: ['fmc', ...TCB_PARTS] } as const;
const RTMRS = ['rtmr0', 'rtmr1', 'rtmr2', 'rtmr3'] as const;
const MEASUREMENT_BYTES = 48;

/** @throws LedgerError `manifest-value`, `manifest-unknown-field`, `manifest-missing-field` */
export function readRelease(manifest: ManifestObject): Release {
  const hardware = manifest.word('hardware', ['confidential', 'simulated']);
  const snp = manifest.objects('snp', ['cpu', 'vcpus', 'launchDigest']).map((launch) => ({
    cpu: launch.text('cpu'),
    vcpus: launch.integer('vcpus', 1, 4096),
    launchDigest: launch.hex('launchDigest', MEASUREMENT_BYTES),
  }));
  const tdx = manifest.has('tdx') ? readTdx(manifest.object('tdx', ['mrtd', ...RTMRS])) : undefined;
  if (snp.length === 0 && !tdx) manifest.refuse('snp', 'names no measurement, and there is no tdx');
  const minimumTcb = readMinimumTcb(manifest);
  return {
    type: 'release',
    hardware,
    version: manifest.text('version'),
    model: manifest.hex('model', 32),
    ...readArtifacts(manifest, hardware, { snp: snp.length > 0, tdx: tdx !== undefined }),
    snp,
    ...(tdx ? { tdx } : {}),
    minimumTcb,
    ...readValidity(manifest),
  };
}

type Measured = Readonly<Record<(typeof PLATFORMS)[number], boolean>>;

function readArtifacts(
  manifest: ManifestObject,
  hardware: Release['hardware'],
  measured: Measured,
): Pick<Release, 'artifacts'> {
  if (hardware === 'confidential') {
    const commit = manifest.hex('commit', 20, 32);
    const [image, uki, verity] = ['image', 'uki', 'verity'].map((name) => manifest.hex(name, 32)) as [
      string,
      string,
      string,
    ];
    const firmware = readFirmware(manifest.object('firmware', PLATFORMS), measured);
    return { artifacts: { commit, image, uki, verity, firmware } };
  }
  const given = ARTIFACTS.find((name) => manifest.has(name));
  return given === undefined ? {} : manifest.refuse(given, 'is of an image, and a simulation has none');
}

function readFirmware(
  firmware: ManifestObject,
  measured: Measured,
): NonNullable<Release['artifacts']>['firmware'] {
  const unmeasured = PLATFORMS.find((name) => firmware.has(name) && !measured[name]);
  if (unmeasured !== undefined) firmware.refuse(unmeasured, 'is of a platform that has no measurement');
  const named = PLATFORMS.filter((name) => measured[name]);
  return Object.fromEntries(named.map((name) => [name, firmware.hex(name, 32)]));
}

function readTdx(tdx: ManifestObject): TdxMeasurement {
  return {
    mrtd: tdx.hex('mrtd', MEASUREMENT_BYTES),
    rtmrs: RTMRS.map((name) => tdx.hex(name, MEASUREMENT_BYTES)),
  };
}

function readMinimumTcb(manifest: ManifestObject): Release['minimumTcb'] {
  const minimum = manifest.object('minimumTcb', Object.keys(PRODUCTS));
  const named = Object.entries(PRODUCTS).filter(([product]) => minimum.has(product));
  return Object.fromEntries(
    named.map(([product, parts]) => {
      const tcb = minimum.object(product, parts);
      return [product, tcbOf(tcb, parts)];
    }),
  );
}

function tcbOf(tcb: ManifestObject, parts: readonly (keyof LeastTcb)[]): LeastTcb {
  return Object.fromEntries(parts.map((part) => [part, tcb.integer(part, 0, 255)])) as unknown as LeastTcb;
}
