/** All that is in the image, as CycloneDX 1.6. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebianPackage } from './packages.js';

export interface Contents {
  readonly version: string;
  readonly debian: readonly DebianPackage[];
  /** Folders of the npm packages. */
  readonly npm: readonly string[];
  readonly model: { readonly name: string; readonly digest: Uint8Array };
}

/** The same contents give the same bytes: no serial number and no time. */
export function sbom({ version, debian, npm, model }: Contents): string {
  const components = [
    ...debian.map(({ name, version }) => ({
      type: 'library',
      name,
      version,
      purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=amd64&distro=debian-13`,
    })),
    ...npm.map(npmComponent),
    {
      type: 'machine-learning-model',
      name: model.name,
      hashes: [{ alg: 'SHA-256', content: Buffer.from(model.digest).toString('hex') }],
    },
  ];
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'operating-system', name: 'sotto', version } },
    components,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function npmComponent(folder: string) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: unknown;
  };
  return {
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace(/^@/, '%40')}@${version}`,
    ...(typeof license === 'string' ? { licenses: [{ expression: license }] } : {}),
  };
}
