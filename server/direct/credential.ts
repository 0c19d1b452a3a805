/** What the server shows on one direct connection: a key that nobody else has, and evidence over the client's nonce. */
import { createSecureContext, type SecureContext } from 'node:tls';
import { directLeaf } from '../../attestation/index.js';
import { createConnectionIdentity } from '../../attestation/ratls/index.js';
import type { Attestor } from '../attestor.js';
import { pem } from './pem.js';

/**
 * A fresh key with a certificate that is good for this one connection.
 *
 * @param nonce the client's, 32 bytes
 * @throws ServerError `attestation-unavailable`
 */
export async function credentialFor(
  nonce: Uint8Array,
  attestor: Pick<Attestor, 'prove'>,
): Promise<SecureContext> {
  const identity = await createConnectionIdentity();
  const { evidence, root, auditPath } = await attestor.prove(directLeaf(identity.spkiHash, nonce));
  const certificate = await identity.certificate(evidence, root, auditPath);
  const pkcs8 = await identity.privateKey();
  const key = pem('PRIVATE KEY', pkcs8);
  try {
    return createSecureContext({ key, cert: pem('CERTIFICATE', certificate), minVersion: 'TLSv1.3' });
  } finally {
    pkcs8.fill(0);
    key.fill(0);
  }
}
