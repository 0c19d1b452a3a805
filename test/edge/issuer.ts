export { GATEWAY_NAME, LocalIssuer as TestIssuer } from '../../bench/path/local-issuer.js';
