/** A log to be killed: appends numbered entries as fast as it can, and tells each one that was acknowledged. */
import { createHash } from 'node:crypto';
import { Log, signEntry, signerOf } from '../../dist/ledger/node/index.js';

const [folder, from] = process.argv.slice(2);
const signer = (name) => signerOf(createHash('sha256').update(name).digest());
const hex = (name) => Buffer.from(signer(name).publicKey).toString('hex');
const one = (name) => ({ threshold: 1, keys: [hex(name)] });
const roles = { maintainers: one('ada'), gateways: one('gateway'), issuers: one('issuer') };
const log = await Log.open({
  folder,
  name: 'log.example/killed',
  signer: signer('log'),
  genesis: signEntry({ type: 'keys', critical: true, roles }, [signer('ada')]),
  batchMs: 0,
  queue: 1000,
});
const say = (line) => process.stdout.write(`${line}\n`);
say(`open ${log.head.checkpoint.size} ${Buffer.from(log.head.checkpoint.root).toString('hex')}`);
for (let i = Number(from); ; i += 3) {
  const manifest = (n) => ({
    type: 'issuer-key',
    critical: true,
    name: 'issuer.example',
    keyId: createHash('sha256').update(`${n}`).digest('hex'),
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
  });
  const batch = [i, i + 1, i + 2].map((n) => log.append(signEntry(manifest(n), [signer('issuer')])));
  for (const { index, id } of await Promise.all(batch)) say(`entry ${index} ${id}`);
}
