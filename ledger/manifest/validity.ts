import type { ManifestObject } from './object.js';

/** From when to when something may be used, in seconds since 1970; the end is excluded. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** @throws LedgerError `manifest-value`, `manifest-missing-field` */
export function readValidity(manifest: ManifestObject): Validity {
  const [notBefore, notAfter] = [manifest.time('notBefore'), manifest.time('notAfter')];
  return notBefore < notAfter
    ? { notBefore, notAfter }
    : manifest.refuse('notAfter', 'is not after notBefore');
}
