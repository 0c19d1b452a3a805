import type { TdxPolicy } from '../../../../attestation/tdx/index.js';
import { QUOTE_FIELDS } from './quote.js';

const [rtmr0, rtmr1, rtmr2, rtmr3] = QUOTE_FIELDS.rtmrs as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

/** Accepts the TD of QUOTE_FIELDS. */
export const POLICY: TdxPolicy = {
  measurements: [{ mrTd: QUOTE_FIELDS.mrTd, rtmrs: [[rtmr0], [rtmr1], [rtmr2], [rtmr3]] }],
  mrSeam: 'any-that-intel-lists',
  pks: false,
  keyLocker: false,
  xfam: QUOTE_FIELDS.xfam,
  eventLog: 'if-present',
  tcb: { hardenedAgainst: [], minimumEvaluation: 17, maximumCollateralAge: 7 * 86_400 },
};
