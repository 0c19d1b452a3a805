/** Claims tokens from a quota file until it is exhausted, as one of several processes. Says how many it got. */
import { createHash } from 'node:crypto';
import { Quota } from '../../../dist/edge/issuer/quota.js';

const [file, perEpoch, who] = process.argv.slice(2);
const quota = new Quota(file, Number(perEpoch), 1000);
const account = createHash('sha256').update('ann').digest();
process.stdout.write('ready\n');
process.stdin.once('data', async () => {
  let got = 0;
  try {
    for (;;) {
      const id = createHash('sha256').update(`${who} ${got}`).digest();
      await quota.claim({ account, epoch: 1, tokens: 1, once: { id, expires: 1 }, epochEndsIn: 1 });
      if (++got === 5) process.stdout.write('busy\n');
    }
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ got, code: error.code })}\n`);
  }
  process.exit();
});
