/** Google's verifiers, go-sev-guest and go-tdx-guest, behind the program in `test/interop/attestation`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Peer } from './peer.js';

const SOURCE = resolve('test/interop/attestation');
const PROGRAM = resolve('.sotto/interop/google-verifiers');

export interface SnpRequest {
  /** `snp-unnamed` for certificates that do not bear AMD's names. */
  readonly kind: 'snp' | 'snp-unnamed';
  readonly now: Date;
  readonly repeat?: number;
  readonly snp: {
    readonly report: Uint8Array;
    /** The host's certificate table. */
    readonly table: Uint8Array;
    readonly root?: { readonly ark: Uint8Array; readonly ask?: Uint8Array; readonly asvk?: Uint8Array };
    readonly policy?: SnpRequestPolicy;
  };
}

/** What of our policy go-sev-guest knows too; VMPL 0, no debugging and no migration agent are always asked for. */
export interface SnpRequestPolicy {
  readonly measurement: Uint8Array;
  readonly hostData?: Uint8Array;
  readonly guestSvn?: number;
  readonly singleSocket?: boolean;
  readonly smt: boolean;
  readonly minimumSnp: number;
}

export interface TdxRequest {
  readonly kind: 'tdx';
  readonly now: Date;
  readonly repeat?: number;
  readonly tdx: {
    readonly quote: Uint8Array;
    /** Certificates are DER. Without collateral only signatures and the PCK chain are verified. */
    readonly collateral?: TdxRequestCollateral;
    /** In place of Intel's. */
    readonly roots?: readonly Uint8Array[];
  };
}

export interface TdxRequestCollateral {
  readonly tcbInfo: Uint8Array;
  readonly tcbInfoSigner: Uint8Array;
  readonly qeIdentity: Uint8Array;
  readonly qeIdentitySigner: Uint8Array;
  readonly pckCrl: Uint8Array;
  readonly pckAuthority: Uint8Array;
  readonly rootCrl: Uint8Array;
  readonly root: Uint8Array;
}

/** Whether there is a Go toolchain to build the program with. */
export function goIsPresent(): boolean {
  return spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;
}

/** Builds the program and starts it. @throws Error with the compiler's words when it cannot be built */
export function startGoogleVerifiers(): Peer<SnpRequest | TdxRequest> {
  mkdirSync(dirname(PROGRAM), { recursive: true });
  // Several processes may do this at a time, and run what another one has built.
  const own = `${PROGRAM}-${process.pid}`;
  const built = spawnSync('go', ['build', '-C', SOURCE, '-o', own, '.'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the Go verifiers cannot be built: ${built.stderr}`);
  renameSync(own, PROGRAM);
  const pinned = readFileSync(resolve(SOURCE, 'go.mod'), 'utf8').matchAll(/google\/(go-\w+-guest v[\d.]+)/g);
  return new Peer([...pinned].map(([, version]) => version).join(' and '), PROGRAM);
}
