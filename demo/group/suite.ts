/** MLS (RFC 9420) as this app uses it: one cipher suite, one kind of credential, two extensions of its own. */
import { PRIVACY_EXTENSION_TYPE } from 'sotto/client';
import {
  type Capabilities,
  type CiphersuiteImpl,
  type ClientConfig,
  defaultKeyPackageEqualityConfig,
  defaultKeyRetentionConfig,
  defaultLifetime,
  defaultLifetimeConfig,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  type KeyPackage,
  type PrivateKeyPackage,
} from 'ts-mls';

const SUITE = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519';
/** The chat's name, UTF-8; set when the group is made. Of the range for private use, like the privacy setting's. */
export const NAME_EXTENSION_TYPE = 0xf0a2;

let made: Promise<CiphersuiteImpl> | undefined;

export function suite(): Promise<CiphersuiteImpl> {
  made ??= getCiphersuiteImpl(getCiphersuiteFromName(SUITE));
  return made;
}

/** Who cannot do both extensions cannot be added: they would not know of the setting. */
const CAPABILITIES: Capabilities = {
  versions: ['mls10'],
  ciphersuites: [SUITE],
  extensions: [PRIVACY_EXTENSION_TYPE, NAME_EXTENSION_TYPE],
  proposals: [],
  credentials: ['basic'],
};

/** Messages up to this length look alike to the delivery service, in bytes. */
const PADDED_TO = 512;

/** What this app expects of members' credentials: a name, and nothing that it could check it against but the service. */
export const CONFIG: ClientConfig = {
  keyRetentionConfig: defaultKeyRetentionConfig,
  lifetimeConfig: defaultLifetimeConfig,
  keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
  paddingConfig: { kind: 'padUntilLength', padUntilLength: PADDED_TO },
  authService: {
    async validateCredential(credential) {
      return credential.credentialType === 'basic' && PERSON.test(text(credential.identity));
    },
  },
};

/** How people are called by their apps: what is in a credential. */
export const PERSON = /^[a-z][a-z0-9-]{0,31}$/;

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export interface OwnKeyPackage {
  readonly publicPackage: KeyPackage;
  readonly privatePackage: PrivateKeyPackage;
}

/** A key package for one invitation. */
export async function newKeyPackage(person: string): Promise<OwnKeyPackage> {
  const credential = { credentialType: 'basic', identity: new TextEncoder().encode(person) } as const;
  return generateKeyPackage(credential, CAPABILITIES, defaultLifetime, [], await suite());
}
