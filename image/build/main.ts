/** `npm run image`: builds the disk image and its unified kernel image. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VERSION } from '../../server/version.js';
import { outputFolder, ROOT, run, say, variantOf, WORK } from '../command.js';
import { requireHost, thisHost } from './host.js';
import { inputsDigest } from './inputs.js';
import { MKOSI, prepareMkosi } from './mkosi.js';
import { lockText, mergePackages, readManifest, requireLocked } from './packages.js';
import { sbom } from './sbom.js';
import { stage } from './stage.js';

const LOCK = join(ROOT, 'image', 'packages.lock');

await run(async () => {
  const args = process.argv.slice(2);
  const relock = args.includes('--relock');
  const variant = variantOf(args.filter((arg) => arg !== '--relock'));
  await mkdir(WORK, { recursive: true });
  requireHost(thisHost(WORK));
  const mkosi = await prepareMkosi(WORK);
  const to = outputFolder(variant);

  say(`Laying out server and model (${variant}) …`);
  const tree = join(WORK, 'stage');
  const { packages: npm, model } = await stage(ROOT, variant, tree);

  const configured = ['mkosi.conf', 'image/initrd', 'image/finalize', 'image/repart', 'image/packages.lock'];
  const inputs = await inputsDigest([tree, ...configured.map((path) => join(ROOT, path))], variant, MKOSI);
  const built = join(to, 'inputs.sha256');
  if (!relock && existsSync(built) && (await readFile(built, 'utf8')) === inputs) {
    say(`Nothing has changed since the last build: ${to}`);
    return;
  }

  const sources = ['--build-sources', `${join(ROOT, 'image')}:image`];
  const initrd = join(WORK, 'initrd');
  await mkosi('Building the first stage', join(ROOT, 'image', 'initrd'), initrd, sources);

  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const commandLine = (await readFile(join(ROOT, 'image', 'kernel-command-line'), 'utf8')).trim().split('\n');
  await mkosi('Building the image', ROOT, to, [
    ...sources,
    ...['--initrd', join(initrd, 'initrd.cpio.zst'), '--extra-tree', tree],
    ...['--kernel-command-line', commandLine.join(' ')],
  ]);

  const debian = mergePackages(
    await readManifest(join(to, 'sotto.manifest')),
    await readManifest(join(initrd, 'initrd.manifest')),
  );
  await writeFile(join(to, 'sbom.cdx.json'), sbom({ version: VERSION, debian, npm, model }));
  await writeFile(join(to, 'packages.lock'), lockText(debian));
  await copyFile(join(WORK, 'tools', 'usr/share/ovmf/OVMF.fd'), join(to, 'OVMF.fd'));
  if (relock) await writeFile(LOCK, lockText(debian));
  requireLocked(debian, await readFile(LOCK, 'utf8'));
  // A new lock is an input too, of the next build.
  if (!relock) await writeFile(built, inputs);
  say(`Done: ${to}`);
});
