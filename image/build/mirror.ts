/** Debian trixie from wherever this machine has its own packages from: no mirror's name is written down here. */
import { spawnSync } from 'node:child_process';
import { ImageError } from '../error.js';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** `apt-get indextargets` with these fields, a line each. */
export const INDEX_FORMAT = '$(ORIGIN)|$(LABEL)|$(REPO_URI)';

export interface Mirror {
  /** Ends in a slash. */
  readonly main: string;
  /** Where security updates come from, if apt knows. */
  readonly security?: string;
}

/** @throws ImageError `mirror-unknown` */
export function thisMirror(): Mirror {
  const { stdout } = spawnSync(
    'apt-get',
    ['indextargets', '--format', INDEX_FORMAT, 'Created-By: Packages'],
    {
      encoding: 'utf8',
    },
  );
  return mirrorFrom(stdout ?? '');
}

/**
 * @param targets what `apt-get indextargets` prints in INDEX_FORMAT
 * @throws ImageError `mirror-unknown`
 */
export function mirrorFrom(targets: string): Mirror {
  const lines = targets.split('\n').map((line) => line.split('|'));
  const uri = (label: string) => lines.find(([origin, found]) => origin === 'Debian' && found === label)?.[2];
  const main = uri('Debian');
  if (!main) {
    throw new ImageError(
      'mirror-unknown',
      'apt knows no Debian mirror on this machine: check /etc/apt/sources.list* and run apt-get update.',
    );
  }
  const security = uri('Debian-Security');
  return { main, ...(security ? { security } : {}) };
}

/** The sources of trixie, in deb822. */
export function trixieSources({ main, security }: Mirror): string {
  return [
    stanza(main, 'trixie trixie-updates'),
    ...(security ? [stanza(security, 'trixie-security')] : []),
  ].join('\n');
}

function stanza(uri: string, suites: string): string {
  return `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: ${KEYRING}\n`;
}
