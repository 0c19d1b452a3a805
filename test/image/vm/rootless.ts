/** Commands without root: in a user namespace whose ids are nobody's on this machine, and in which they believe to be root. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The machine's user that is root in the namespace; the namespace's others follow. */
export const FIRST_ID = 700_000;
const IDS = 65_536;

/** @returns why there is no such namespace here, or nothing */
export function rootlessMissing(): string | undefined {
  const { status, error, stderr } = spawnSync('unshare', ['--user', '--mount', 'true'], { encoding: 'utf8' });
  return status === 0 ? undefined : `no user namespaces: ${(error?.message ?? stderr).trim()}`;
}

/** Makes a folder that belongs to the namespace's root. */
export function rootlessHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-rootless-'));
  chownSync(folder, FIRST_ID, FIRST_ID);
  return folder;
}

/** Starts a command of buildah in a namespace of its own; everything that it keeps lies in its home. */
export async function rootlessBuildah(home: string, args: readonly string[]): Promise<ChildProcess> {
  // The namespace has no ids until somebody outside gives it some.
  const script = 'read -r _ && exec setpriv --reuid 0 --regid 0 --clear-groups buildah "$@"';
  const options = ['--root', `${home}/storage`, '--runroot', `${home}/run`, '--storage-driver', 'overlay'];
  const child = spawn(
    'unshare',
    ['--user', '--keep-caps', '--mount', 'sh', '-c', script, 'buildah', ...options, ...args],
    {
      cwd: home,
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: home,
        XDG_RUNTIME_DIR: home,
        BUILDAH_ISOLATION: 'chroot',
        // What buildah sets itself where it makes the namespace.
        _CONTAINERS_USERNS_CONFIGURED: 'done',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  await once(child, 'spawn');
  const namespace = (process: string | number) => readlinkSync(`/proc/${process}/ns/user`);
  while (namespace(child.pid!) === namespace('self')) await sleep(10);
  for (const map of ['uid_map', 'gid_map'])
    writeFileSync(`/proc/${child.pid}/${map}`, `0 ${FIRST_ID} ${IDS}\n`);
  child.stdin.end('mapped\n');
  return child;
}
