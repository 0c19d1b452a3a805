/** The peers as tests have them: there, or with a reason why not. */
import { installDcapQvl, startDcapQvl } from '../../bench/attestation/dcap-qvl.js';
import {
  goIsPresent,
  type SnpRequest,
  startGoogleVerifiers,
  type TdxRequest,
} from '../../bench/attestation/google.js';
import type { Peer } from '../../bench/attestation/peer.js';

export type Invited<Request> =
  | { readonly start: () => Peer<Request>; readonly missing?: undefined }
  | { readonly start?: undefined; readonly missing: string };

/** go-sev-guest and go-tdx-guest, where there is a Go toolchain. */
export function google(): Invited<SnpRequest | TdxRequest> {
  return goIsPresent()
    ? { start: startGoogleVerifiers }
    : { missing: 'NOT RUN: there is no Go toolchain to build go-sev-guest and go-tdx-guest with' };
}

/** dcap-qvl, where its wheel can be installed. */
export function dcapQvl(): Invited<TdxRequest> {
  const missing = installDcapQvl();
  return missing ? { missing: `NOT RUN: ${missing}` } : { start: startDcapQvl };
}
