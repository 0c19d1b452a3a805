/**
 * What the test image runs in the place of server/main.ts: the same server with a simulated TSM. It exists because the
 * machines that build and test have no hardware to attest with. No release policy accepts what it says.
 */
import { simulatedMeasurement } from '../../attestation/index.js';
import { simulatedTsm } from '../../attestation/tsm/index.js';
import { runImage } from '../../server/image.js';

await runImage(async ({ version, model }) => {
  const measurement = simulatedMeasurement([new TextEncoder().encode(`sotto ${version}`), model.digest]);
  return simulatedTsm({ measurement });
});
