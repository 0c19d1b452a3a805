/** Manifests in files: as `npm run image:measure` makes them, or written by hand. */
import { readManifest } from '../../ledger/index.js';
import { duplicateName } from '../../wire/index.js';
import { CliError } from '../error.js';
import { readText } from './log.js';

/**
 * The manifest in a file. A file without a type is a release of an image.
 * @throws CliError `input-missing`, `release-malformed`; LedgerError `manifest-…`
 */
export async function readManifestFile(file: string): Promise<object> {
  const text = await readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('release-malformed', `${file} is not JSON.`, { cause });
  }
  if (typeof value !== 'object' || value === null || duplicateName(text) !== undefined) {
    throw new CliError('release-malformed', `${file} is no JSON object, or names a field twice.`);
  }
  const { $schema: _, ...fields } = value as Record<string, unknown>;
  const manifest = 'type' in fields ? fields : releaseManifest(fields);
  readManifest(manifest);
  return manifest;
}

/** A release of an image from what was measured of it. */
export const releaseManifest = (measured: object): object => ({
  type: 'release',
  critical: true,
  hardware: 'confidential',
  ...measured,
});
