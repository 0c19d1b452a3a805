/** What a verifier accepts of a genuine report. Strict where nothing is said, but for what is named as a default. */
import { AttestationError } from '../../error.js';
import type { SnpProduct, TcbVersion } from '../abi/index.js';

const MEASUREMENT_BYTES = 48;
const HOST_DATA_BYTES = 32;
const KEY_DIGEST_BYTES = 48;
const MAX_U32 = 0xffff_ffff;

/** Debugging, migration agents and VMPLs above 0 are never accepted. */
export interface SnpPolicy {
  /** The accepted launch measurements, 48 bytes each; none when no SEV-SNP guest is accepted. */
  readonly measurements: readonly Uint8Array[];
  /** The accepted product lines; all three unless named. */
  readonly products?: readonly SnpProduct[];
  /** The lowest acceptable TCB by product; products not named keep the default. */
  readonly minimumTcb?: { readonly [product in SnpProduct]?: TcbVersion | TcbMinima };
  /** Accepts reports signed by a VLEK, and of which cloud providers. Without it only a chip's own VCEK will do. */
  readonly vlek?: { readonly cloudProviders: readonly string[] };
  /** Whether AMD's revocation list must come with the report; `if-present` unless said. One that comes is checked. */
  readonly revocation?: 'required' | 'if-present';
  /** What the guest's own launch policy must say; `DEFAULT_GUEST_RULES` unless given. */
  readonly guest?: GuestRules;
  /** HOST_DATA, 32 bytes: only zeros, unless values are listed. */
  readonly hostData?: readonly Uint8Array[];
  /** ID_KEY_DIGEST, 48 bytes: only zeros (no ID block), unless values are listed. */
  readonly idKeyDigests?: readonly Uint8Array[];
  /** AUTHOR_KEY_DIGEST, 48 bytes: only zeros (no author key), unless values are listed. */
  readonly authorKeyDigests?: readonly Uint8Array[];
  /** The least GUEST_SVN, which the ID block states; 0 unless given. */
  readonly minimumGuestSvn?: number;
}

/** A minimum of its own for each of the four TCB versions of a report. */
export interface TcbMinima {
  readonly launch: TcbVersion;
  readonly reported: TcbVersion;
  readonly committed: TcbVersion;
  readonly current: TcbVersion;
}

/** Rules about the guest policy that the guest was launched with (56860, table "Guest policy"). */
export interface GuestRules {
  /** Whether the guest must be bound to one socket. */
  readonly singleSocket: 'required' | 'not-required';
  /** Whether the guest may run on a core whose other thread runs something else. */
  readonly smt: 'allowed' | 'forbidden';
  /** The least firmware ABI that the guest insists on. */
  readonly minimumAbi: { readonly major: number; readonly minor: number };
}

/** What was accepted before there were such rules: machines of several sockets, with simultaneous multithreading. */
export const DEFAULT_GUEST_RULES: GuestRules = {
  singleSocket: 'not-required',
  smt: 'allowed',
  minimumAbi: { major: 0, minor: 0 },
};

/**
 * Refuses a policy that could accept nothing, or anything by mistake.
 *
 * @throws AttestationError `policy-invalid`
 */
export function requireSnpPolicy(policy: SnpPolicy): void {
  requireBytes('a measurement', policy.measurements, MEASUREMENT_BYTES);
  const { products, vlek, hostData, idKeyDigests, authorKeyDigests, minimumGuestSvn = 0 } = policy;
  if (products) requireSome('product', products);
  if (vlek) requireSome('cloud provider', vlek.cloudProviders);
  requireListed('HOST_DATA', hostData, HOST_DATA_BYTES);
  requireListed('ID_KEY_DIGEST', idKeyDigests, KEY_DIGEST_BYTES);
  requireListed('AUTHOR_KEY_DIGEST', authorKeyDigests, KEY_DIGEST_BYTES);
  if (!Number.isInteger(minimumGuestSvn) || minimumGuestSvn < 0 || minimumGuestSvn > MAX_U32) {
    invalid('the least GUEST_SVN is no whole number of 32 bits');
  }
}

function requireListed(name: string, values: readonly Uint8Array[] | undefined, bytes: number): void {
  if (!values) return;
  requireSome(name, values);
  requireBytes(name, values, bytes);
}

function requireSome(name: string, values: readonly unknown[]): void {
  if (values.length === 0) invalid(`the policy accepts no ${name}; name at least one`);
}

function requireBytes(name: string, values: readonly Uint8Array[], bytes: number): void {
  if (values.some((value) => value.length !== bytes)) invalid(`${name} of the policy is not ${bytes} bytes`);
}

function invalid(message: string): never {
  throw new AttestationError('policy-invalid', message);
}
