/** Tokens: got from an issuer that knows the account, spent with a gateway that does not. */
export { accountKey, accountPublicKey, appToken, type Credential } from './credential.js';
export { type DirectoryRoute, directoryBy } from './directory.js';
export { MemoryStorage, type StoredToken, type TokenStorage } from './storage.js';
export { TokenWallet, type WalletOptions } from './wallet.js';
