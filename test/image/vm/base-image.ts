/** A stand-in for the base image that the Dockerfile names, made without a registry: Debian, and this machine's Node. */
import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisMirror } from '../../../image/build/mirror.js';
import { run } from './run.js';

/** This machine's certificates: where its registries are behind a proxy, nothing else would do. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Makes the context of a build whose result has the system and Node at the places where the official image has them. As
 * base images do, it sets environment variables. Takes root.
 *
 * @param folder an empty one
 */
export function baseContext(folder: string): string {
  const [root, context] = [join(folder, 'root'), join(folder, 'context')];
  mkdirSync(context);
  // Node is linked with this machine's libraries, and so its suite has to be this machine's.
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))![1]!;
  // With ca-certificates there already: whoever installs it later writes the file anew.
  run('debootstrap', '--variant=minbase', '--include=ca-certificates', suite, root, thisMirror().main);
  const local = join(root, 'usr/local');
  copyFileSync(process.execPath, join(local, 'bin/node'));
  cpSync(join(run('npm', 'root', '--global').trim(), 'npm'), join(local, 'lib/node_modules/npm'), {
    recursive: true,
  });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  copyFileSync(CERTIFICATES, join(root, CERTIFICATES));
  run('tar', '--create', `--directory=${root}`, `--file=${join(context, 'root.tar')}`, '.');
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM scratch\nADD root.tar /\nENV NODE_EXTRA_CA_CERTS=${CERTIFICATES} PIP_CERT=${CERTIFICATES}\n`,
  );
  return context;
}
