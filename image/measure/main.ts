/** `npm run image:measure`: prints and writes release.json, the manifest to publish (docs/manifest.schema.json). */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { timeText } from '../../ledger/index.js';
import { openPack } from '../../model/index.js';
import { sha256OfFile } from '../../model/pack/digest.js';
import { VERSION } from '../../server/version.js';
import { startOfDisk } from '../boot/disk.js';
import { imageFiles } from '../boot/session.js';
import { FIRMWARE, outputFolder, ROOT, run, say, type Variant } from '../command.js';
import { ImageError } from '../error.js';
import type { BootedImage } from './boot-events.js';
import { measureSnp, measureTdx, type SnpMeasurement, type TdxMeasurement } from './release.js';
import { verityRoot } from './verity-root.js';

/** SNP firmware versions that mend published breaks: docs/attestation.md. */
const MINIMUM_TCB = {
  Milan: { bootLoader: 0, tee: 0, snp: 29, microcode: 0 },
  Genoa: { bootLoader: 0, tee: 0, snp: 28, microcode: 0 },
  Turin: { fmc: 0, bootLoader: 0, tee: 0, snp: 4, microcode: 0 },
};
const DAYS_VALID = 180;

await run(async () => {
  const { variant, snpFirmware, tdxFirmware, rtmr0 } = optionsOf(process.argv.slice(2));
  const files = imageFiles(variant);
  const uki = readFileSync(files.uki);
  const image = { uki, diskStart: startOfDisk(files.disk) };
  const { commit, notBefore } = source();
  const { digest } = await openPack(join(ROOT, '.sotto', 'models', 'default'));
  const snp = snpOf(snpFirmware ?? FIRMWARE, uki);
  const tdx = tdxOf(tdxFirmware ?? files.firmware, image, rtmr0);
  const release = {
    version: VERSION,
    commit,
    model: Buffer.from(digest).toString('hex'),
    image: await sha256OfFile(files.disk),
    uki: sha256(uki),
    verity: verityRoot(uki),
    firmware: { ...snp.firmware, ...tdx.firmware },
    snp: snp.measured,
    ...(tdx.measured ? { tdx: tdx.measured } : {}),
    minimumTcb: MINIMUM_TCB,
    notBefore: timeText(notBefore.getTime() / 1000),
    notAfter: timeText(notBefore.getTime() / 1000 + DAYS_VALID * 86_400),
  };
  const text = `${JSON.stringify(release, undefined, 2)}\n`;
  writeFileSync(join(outputFolder(variant), 'release.json'), text);
  process.stdout.write(text);
});

interface Platform<Measured> {
  readonly firmware: Readonly<Record<string, string>>;
  readonly measured: Measured;
}

function snpOf(path: string, uki: Buffer): Platform<readonly SnpMeasurement[]> {
  if (!existsSync(path)) {
    say(`No SNP digests: there is no ${path}. "npm run image:firmware" makes the one for SEV-SNP.`);
    return { firmware: {}, measured: [] };
  }
  const firmware = readFileSync(path);
  const measured = measureSnp(firmware, uki);
  if (measured.length > 0) return { firmware: { snp: sha256(firmware) }, measured };
  throw new ImageError(
    'firmware-unchecking',
    `${path} checks no kernel, so its measurement says nothing of the image: take "npm run image:firmware".`,
  );
}

/** What is known of a TD that cannot be published yet is told. */
function tdxOf(path: string, image: BootedImage, rtmr0?: string): Platform<TdxMeasurement | undefined> {
  const firmware = readFileSync(path);
  const measured = measureTdx(firmware, image, rtmr0);
  if (rtmr0 !== undefined) return { firmware: { tdx: sha256(firmware) }, measured };
  const { mrtd, rtmr1, rtmr2, rtmr3 } = measured;
  say(`TDX: ${JSON.stringify({ mrtd, rtmr1, rtmr2, rtmr3 }, undefined, 2)}`);
  say("RTMR0 is the host's: name it with --rtmr0 HEX (docs/deploy.md) to have TDX in release.json.");
  return { firmware: {}, measured: undefined };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

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

interface Options {
  readonly variant: Variant;
  readonly snpFirmware: string | undefined;
  readonly tdxFirmware: string | undefined;
  readonly rtmr0: string | undefined;
}

/** @throws ImageError `usage` */
function optionsOf(args: string[]): Options {
  try {
    const { values } = parseArgs({
      args,
      options: {
        test: { type: 'boolean' },
        'snp-firmware': { type: 'string' },
        'tdx-firmware': { type: 'string' },
        rtmr0: { type: 'string' },
      },
    });
    const { rtmr0 } = values;
    if (rtmr0 !== undefined && !/^[0-9a-f]{96}$/.test(rtmr0)) throw new Error(`--rtmr0 ${rtmr0}`);
    const variant = values.test ? 'test' : 'release';
    return {
      variant,
      snpFirmware: values['snp-firmware'],
      tdxFirmware: values['tdx-firmware'],
      rtmr0,
    };
  } catch (cause) {
    throw new ImageError(
      'usage',
      `The options are --test, --snp-firmware FILE, --tdx-firmware FILE and --rtmr0 with 96 hexadecimal digits: ${(cause as Error).message}`,
      { cause },
    );
  }
}
