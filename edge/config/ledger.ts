import type { LedgerAccess } from '../log-entry.js';
import type { ConfigObject } from './reader.js';

/** The field `ledger`, where there is one. @param path makes a file's name absolute */
export function ledgerOf(
  config: ConfigObject,
  path: (name: string) => string,
): { readonly ledger?: LedgerAccess } {
  if (!config.has('ledger')) return {};
  const ledger = config.object('ledger', ['url', 'key']);
  return { ledger: { url: ledger.origin('url'), key: path(ledger.text('key')) } };
}
