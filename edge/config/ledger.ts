import type { ConfigObject } from './reader.js';

/** How a party publishes in the log. */
export interface LedgerAccess {
  /** The log's origin. */
  readonly url: string;
  /** The file with the private key that the log's key set names for this role. */
  readonly key: string;
}

/** The field `ledger`, where there is one. @param path makes a file's name absolute */
export function ledgerOf(
  config: ConfigObject,
  path: (name: string) => string,
): { readonly ledger?: LedgerAccess } {
  if (!config.has('ledger')) return {};
  const ledger = config.object('ledger', ['url', 'key']);
  return { ledger: { url: ledger.origin('url'), key: path(ledger.text('key')) } };
}
