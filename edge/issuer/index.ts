/** The issuer: knows accounts, gives them tokens, and cannot tell what became of which. */

export { addAccount } from './accounts.js';
export { type IssuerConfig, readIssuerConfig } from './config.js';
export { IssuerError, type IssuerErrorCode } from './error.js';
export { type IssuerOptions, startIssuer } from './start.js';
