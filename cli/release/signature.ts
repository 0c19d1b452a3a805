/** Maintainers' signatures: made with a private key here, or brought from elsewhere. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type ManifestSignature, signedBytes } from '../../ledger/index.js';
import { readSigner } from '../../ledger/node/index.js';
import { fromBase64 } from '../../wire/index.js';
import { CliError } from '../error.js';
import { readText } from './log.js';

export async function signedWith(file: string, manifest: object): Promise<ManifestSignature> {
  const signer = await readSigner(file).catch((cause: unknown) => {
    throw new CliError('input-missing', `${file} is no private key that can be read.`, { cause });
  });
  return { key: bytesToHex(signer.publicKey), signature: signer.sign(signedBytes(manifest)) };
}

/** @throws CliError `input-missing`, `release-malformed` */
export async function readSignature(file: string): Promise<ManifestSignature> {
  const { key, signature } = Object(jsonOf(await readText(file))) as Record<string, unknown>;
  const bytes = typeof signature === 'string' ? fromBase64(signature) : undefined;
  if (typeof key === 'string' && bytes) return { key, signature: bytes };
  throw new CliError('release-malformed', `${file} holds no signature of "sotto release sign".`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No JSON is no signature either: the caller says so.
  }
}
