/** `npm run image:firmware`: compiles the firmware that SEV-SNP hosts start the image with. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from '../../model/pack/digest.js';
import { requireHost, thisHost } from '../build/host.js';
import { inputsDigest } from '../build/inputs.js';
import { thisMirror } from '../build/mirror.js';
import { MKOSI, prepareMkosi } from '../build/mkosi.js';
import { FIRMWARE, ROOT, refuseOptions, run, say, WORK } from '../command.js';
import { fetchSources } from './edk2.js';

const HERE = join(ROOT, 'image', 'firmware');
const SOURCES = join(WORK, 'edk2');
/** mkosi takes a folder of this name as it is, and makes one in any other. */
const BUILD = join(WORK, 'firmware', 'debian~trixie~x86-64');

await run(async () => {
  refuseOptions(process.argv.slice(2));
  await mkdir(WORK, { recursive: true });
  requireHost(thisHost(WORK));
  await fetchSources(thisMirror().main, SOURCES);
  const recipe = ['mkosi.conf', 'build.chroot'].map((name) => join(HERE, name));
  const inputs = await inputsDigest([SOURCES, ...recipe], MKOSI);
  const built = join(WORK, 'firmware.sha256');
  const known = existsSync(built) && existsSync(FIRMWARE) && (await readFile(built, 'utf8')) === inputs;
  if (!known) {
    const mkosi = await prepareMkosi(WORK);
    await rm(BUILD, { recursive: true, force: true });
    await mkdir(BUILD, { recursive: true });
    await mkosi('Compiling the firmware', HERE, WORK, [
      ...['--build-sources', `${SOURCES}:edk2`, '--build-directory', BUILD],
    ]);
    await copyFile(join(BUILD, 'AMDSEV.fd'), FIRMWARE);
    await writeFile(built, inputs);
  }
  say(`${known ? 'Nothing has changed' : 'Done'}: ${FIRMWARE}`);
  process.stdout.write(`${await sha256OfFile(FIRMWARE)}\n`);
});
