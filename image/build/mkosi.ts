/** mkosi: the version that Debian trixie has, unpacked and not installed, and the tools that it runs. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from '../command.js';
import { ImageError } from '../error.js';
import { thisMirror, trixieSources } from './mirror.js';

/** Any other may make another image of the same input. */
export const MKOSI = 'mkosi=25.3-7';

/**
 * Runs mkosi in a folder with a mkosi.conf.
 *
 * @param output where what it makes lies afterwards
 * @throws ImageError `build-failed`, with where the log is; `no-space`
 */
export type Mkosi = (label: string, folder: string, output: string, args: readonly string[]) => Promise<void>;

/** Makes mkosi ready in a folder, once: by far the longest part of a first build. */
export async function prepareMkosi(work: string): Promise<Mkosi> {
  const sandbox = join(work, 'sandbox');
  await mkdir(join(sandbox, 'etc/apt/sources.list.d'), { recursive: true });
  await writeFile(join(sandbox, 'etc/apt/sources.list.d/mkosi.sources'), trixieSources(thisMirror()));
  for (const folder of ['cache', 'packages', 'workspace', 'logs'])
    await mkdir(join(work, folder), { recursive: true });
  const program = join(work, 'mkosi');
  if (!existsSync(program)) await downloadMkosi(work, sandbox, program);
  const tools = join(work, 'tools');
  const mkosi: Mkosi = async (label, folder, output, args) => {
    const log = join(work, 'logs', `${label.replaceAll(/\W+/g, '-').toLowerCase()}.log`);
    say(`${label} … (log: ${log})`);
    const common = [
      ...['--directory', folder, '--sandbox-tree', sandbox, '--tools-tree-sandbox-tree', sandbox],
      ...['--cache-directory', join(work, 'cache'), '--package-cache-dir', join(work, 'packages')],
      ...['--workspace-directory', join(work, 'workspace'), '--output-directory', output, '--force'],
      ...(existsSync(tools) ? ['--tools-tree', tools] : []),
    ];
    const child = spawn('python3', ['-m', 'mkosi', ...common, ...args, 'build'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], PYTHONPATH: join(program, 'usr/lib/python3/dist-packages') },
    });
    const out = createWriteStream(log);
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    const [status] = (await once(child, 'close')) as [number | null];
    out.end();
    if (status !== 0) throw await failure(label, log);
    // mkosi leaves the tools that it made beside its first output; all later runs use them.
    const made = join(output, 'tools');
    if (existsSync(made)) await rename(made, tools);
  };
  return mkosi;
}

async function failure(label: string, log: string): Promise<ImageError> {
  const text = await readFile(log, 'utf8');
  if (/No space left on device/.test(text)) {
    return new ImageError('no-space', `${label}: the disk is full. Make room and run this again.`);
  }
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  return new ImageError('build-failed', `${label} failed: ${last.slice(0, 300)}. The whole log is ${log}.`);
}

async function downloadMkosi(work: string, sandbox: string, to: string): Promise<void> {
  say(`Fetching ${MKOSI} …`);
  const apt = join(work, 'apt');
  for (const folder of ['lists/partial', 'cache/archives/partial', 'deb']) {
    await mkdir(join(apt, folder), { recursive: true });
  }
  const options = [
    ...[
      '-o',
      `Dir::Etc::SourceList=/dev/null`,
      '-o',
      `Dir::Etc::SourceParts=${join(sandbox, 'etc/apt/sources.list.d')}`,
    ],
    ...['-o', `Dir::State::Lists=${join(apt, 'lists')}`, '-o', `Dir::Cache=${join(apt, 'cache')}`],
    ...['-o', 'Dir::State::Status=/dev/null', '-o', 'APT::Sandbox::User=root'],
  ];
  const call = (...args: string[]) => {
    const { status, stderr } = spawnSync(args[0]!, args.slice(1), {
      cwd: join(apt, 'deb'),
      encoding: 'utf8',
    });
    if (status === 0) return;
    throw new ImageError(
      'build-failed',
      `Debian's mkosi cannot be fetched (${args.slice(0, 2).join(' ')}): ${stderr.trim().split('\n').at(-1) ?? ''}`,
    );
  };
  call('apt-get', ...options, '-qq', 'update');
  call('apt-get', ...options, '-qq', 'download', MKOSI);
  const [deb] = await readdir(join(apt, 'deb'));
  call('dpkg-deb', '-x', deb!, `${to}.part`);
  await rename(`${to}.part`, to);
  await rm(join(apt, 'deb'), { recursive: true });
}
