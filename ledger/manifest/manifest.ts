/** The kinds of manifests that the log holds, described by docs/manifest.schema.json. */
import { LedgerError } from '../error.js';
import { ManifestObject } from './object.js';
import { RELEASE_FIELDS, type Release, readRelease } from './release.js';
import { readValidity, type Validity } from './validity.js';

/** Whose signatures a manifest needs. */
export const ROLES = ['maintainers', 'gateways', 'issuers'] as const;
export type Role = (typeof ROLES)[number];

/** k of n: how many of these keys have to sign. */
export interface RoleKeys {
  readonly threshold: number;
  /** Ed25519 public keys, 32 bytes in hexadecimal. */
  readonly keys: readonly string[];
}

/** Who may sign what from here on. The first entry of a log is one, each further one is signed by the keys before it. */
export interface KeySet {
  readonly type: 'keys';
  readonly roles: Readonly<Record<Role, RoleKeys>>;
}

/** The Oblivious HTTP keys of a gateway, as everybody is given them. */
export interface GatewayKeyManifest extends Validity {
  readonly type: 'gateway-key';
  readonly name: string;
  /** `application/ohttp-keys`, RFC 9458 §3.2. */
  readonly keyConfigs: Uint8Array;
}

/** A token key of an issuer. */
export interface IssuerKeyManifest extends Validity {
  readonly type: 'issuer-key';
  readonly name: string;
  /** SHA-256 of the key's SubjectPublicKeyInfo (RFC 9578 §6.5), in hexadecimal. */
  readonly keyId: string;
}

/** Takes back a manifest. */
export interface Revocation {
  readonly type: 'revocation';
  /** The id of the manifest, in hexadecimal. */
  readonly manifest: string;
  readonly reason: string;
}

/** Something that a later version knows, and that whoever does not may pass over. */
export interface Ignorable {
  readonly type: 'ignorable';
}

export type Manifest = KeySet | Release | GatewayKeyManifest | IssuerKeyManifest | Revocation | Ignorable;

const COMMON = ['type', 'critical'] as const;
const MAX_KEYS = 16;

type Read = (fields: unknown) => Manifest;
const KINDS: Readonly<Record<string, Read>> = {
  keys: (fields) => readKeySet(known(fields, ['roles'])),
  release: (fields) => readRelease(known(fields, RELEASE_FIELDS)),
  'gateway-key': (fields) => {
    const manifest = known(fields, ['name', 'keyConfigs', 'notBefore', 'notAfter']);
    const keyConfigs = manifest.bytes('keyConfigs');
    return { type: 'gateway-key', name: manifest.text('name'), keyConfigs, ...readValidity(manifest) };
  },
  'issuer-key': (fields) => {
    const manifest = known(fields, ['name', 'keyId', 'notBefore', 'notAfter']);
    const keyId = manifest.hex('keyId', 32);
    return { type: 'issuer-key', name: manifest.text('name'), keyId, ...readValidity(manifest) };
  },
  revocation: (fields) => {
    const manifest = known(fields, ['manifest', 'reason']);
    return { type: 'revocation', manifest: manifest.hex('manifest', 32), reason: manifest.text('reason') };
  },
};

/**
 * Reads a manifest. One of an unknown type is passed over if it says that it may be (`"critical": false`).
 * @throws LedgerError `manifest-unknown-type`, `manifest-unknown-field`, `manifest-missing-field`, `manifest-value`
 */
export function readManifest(value: unknown): Manifest {
  const head = new ManifestObject(value, 'the manifest', Object.keys(Object(value) as object));
  const type = head.text('type');
  const critical = head.boolean('critical');
  const read = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (read) return critical ? read(value) : head.refuse('critical', `is false, and a ${type} never may be`);
  if (!critical) return { type: 'ignorable' };
  throw new LedgerError(
    'manifest-unknown-type',
    `the log holds a manifest of type ${type}, which must not be passed over: use a newer version of Sotto`,
  );
}

/** Whose signatures it needs. */
export function roleOf({ type }: Manifest): Role {
  if (type === 'gateway-key') return 'gateways';
  return type === 'issuer-key' ? 'issuers' : 'maintainers';
}

function known(fields: unknown, names: readonly string[]): ManifestObject {
  return new ManifestObject(fields, 'the manifest', [...COMMON, ...names]);
}

function readKeySet(manifest: ManifestObject): KeySet {
  const roles = manifest.object('roles', ROLES);
  const read = (role: Role): RoleKeys => {
    const given = roles.object(role, ['threshold', 'keys']);
    const keys = given.hexes('keys', 32);
    if (keys.length > MAX_KEYS) given.refuse('keys', `has more than ${MAX_KEYS} keys`);
    if (new Set(keys).size !== keys.length) given.refuse('keys', 'has a key twice');
    return { keys, threshold: given.integer('threshold', 1, keys.length) };
  };
  return {
    type: 'keys',
    roles: { maintainers: read('maintainers'), gateways: read('gateways'), issuers: read('issuers') },
  };
}
