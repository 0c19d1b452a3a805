import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { directLeaf, parseRatlsCertificate, rootFromPath } from '../../attestation/index.js';
import { createRatlsIdentity } from '../../attestation/ratls/index.js';
import { simulatedTsm } from '../../attestation/tsm/index.js';
import { Attestor } from '../../server/attestor.js';

describe('sessions and direct connections that ask at once', () => {
  it('share one report, each with its own leaf', async () => {
    const tsm = await simulatedTsm({ measurement: new Uint8Array(48) });
    let reports = 0;
    const counted: typeof tsm = {
      ...tsm,
      report(inblob, signal) {
        reports++;
        return tsm.report(inblob, signal);
      },
    };
    const attestor = new Attestor(counted, await createRatlsIdentity(), () => undefined);
    const first = attestor.attest(randomBytes(32), randomBytes(40));
    const leaf = directLeaf(randomBytes(32), randomBytes(32));
    const [session, other, direct] = await Promise.all([
      attestor.attest(randomBytes(32), randomBytes(40)),
      attestor.attest(randomBytes(32), randomBytes(40)),
      attestor.prove(leaf),
      first,
    ]);
    expect(reports).toBe(2);
    expect(direct.auditPath).toMatchObject({ index: 2, size: 3 });
    expect(rootFromPath(leaf, direct.auditPath)).toEqual(direct.root);
    expect(parseRatlsCertificate(session.certificate)).toMatchObject({ root: direct.root });
    expect(session.auditPath).toMatchObject({ index: 0, size: 3 });
    expect(other.certificate).toBe(session.certificate);
  });
});
