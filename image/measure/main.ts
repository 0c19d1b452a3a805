/** `npm run image:measure`: prints and writes release.json, the manifest to publish (docs/manifest.schema.json). */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timeText } from '../../ledger/index.js';
import { openPack } from '../../model/index.js';
import { sha256OfFile } from '../../model/pack/digest.js';
import { VERSION } from '../../server/version.js';
import { startOfDisk } from '../boot/disk.js';
import { imageFiles } from '../boot/session.js';
import { outputFolder, ROOT, run, say } from '../command.js';
import { ImageError } from '../error.js';
import { measureSnp, measureTdx } from './release.js';
import { verityRoot } from './verity-root.js';

/** SNP firmware versions that mend published breaks: docs/attestation.md. */
const MINIMUM_TCB = {
  Milan: { bootLoader: 0, tee: 0, snp: 29, microcode: 0 },
  Genoa: { bootLoader: 0, tee: 0, snp: 28, microcode: 0 },
  Turin: { fmc: 0, bootLoader: 0, tee: 0, snp: 4, microcode: 0 },
};
const DAYS_VALID = 180;

await run(async () => {
  const { test, firmware: given, rtmr0 } = optionsOf(process.argv.slice(2));
  const variant = test ? 'test' : 'release';
  const files = imageFiles(variant);
  const firmware = readFileSync(given ?? files.firmware);
  const uki = readFileSync(files.uki);
  const diskStart = startOfDisk(files.disk);
  const snp = measureSnp(firmware, uki);
  if (snp.length === 0) {
    say(
      'No SNP digests: this firmware checks no kernel. Name one that does (OvmfPkg/AmdSev) with --firmware FILE.',
    );
  }
  if (rtmr0 === undefined) {
    say(
      "No RTMR0: it is the host's. Name it with --rtmr0 HEX (docs/deploy.md) to publish a release for TDX.",
    );
  }
  const { commit, notBefore } = source();
  const { digest } = await openPack(join(ROOT, '.sotto', 'models', 'default'));
  const release = {
    version: VERSION,
    commit,
    model: Buffer.from(digest).toString('hex'),
    image: await sha256OfFile(files.disk),
    uki: createHash('sha256').update(uki).digest('hex'),
    verity: verityRoot(uki),
    firmware: createHash('sha256').update(firmware).digest('hex'),
    snp,
    tdx: measureTdx(firmware, { uki, diskStart }, rtmr0),
    minimumTcb: MINIMUM_TCB,
    notBefore: timeText(notBefore.getTime() / 1000),
    notAfter: timeText(notBefore.getTime() / 1000 + DAYS_VALID * 86_400),
  };
  const text = `${JSON.stringify(release, undefined, 2)}\n`;
  writeFileSync(join(outputFolder(variant), 'release.json'), text);
  process.stdout.write(text);
});

/** The commit that is checked out, and when it was made: the release is valid from then on. */
function source(): { readonly commit: string; readonly notBefore: Date } {
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%H %cI'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [commit, time] = (stdout ?? '').trim().split(' ');
  if (status !== 0 || !commit || !time) {
    throw new ImageError('tool-missing', 'A release is made from a git checkout, with git installed.');
  }
  return { commit, notBefore: new Date(time) };
}

function optionsOf(args: readonly string[]): {
  readonly test: boolean;
  readonly firmware: string | undefined;
  readonly rtmr0: string | undefined;
} {
  let test = false;
  let firmware: string | undefined;
  let rtmr0: string | undefined;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--test') test = true;
    else if (args[i] === '--firmware' && args[i + 1] !== undefined) firmware = args[++i];
    else if (args[i] === '--rtmr0' && /^[0-9a-f]{96}$/.test(args[i + 1] ?? '')) rtmr0 = args[++i];
    else {
      throw new ImageError(
        'usage',
        `The options are --test, --firmware FILE and --rtmr0 with 96 hexadecimal digits, not ${args[i]}.`,
      );
    }
  }
  return { test, firmware, rtmr0 };
}
