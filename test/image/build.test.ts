import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireHost } from '../../image/build/host.js';
import { inputsDigest } from '../../image/build/inputs.js';
import { mirrorFrom, trixieSources } from '../../image/build/mirror.js';
import { lockText, mergePackages, requireLocked } from '../../image/build/packages.js';

const host = { osRelease: 'ID=debian\n', uid: 0, freeBytes: 2 ** 40, has: () => true };

describe('the machine that builds', () => {
  it('is Debian, with root, tools and room', () => expect(() => requireHost(host)).not.toThrow());

  it.each([
    [
      'another distribution',
      { osRelease: 'ID=fedora\n' },
      'host-unsupported',
      /Debian 12 or later; this is fedora/,
    ],
    ['no root', { uid: 1000 }, 'not-root', /sudo/],
    ['no tools', { has: (one: string) => one !== 'python3' }, 'tool-missing', /apt-get install python3$/],
    ['no space', { freeBytes: 2 ** 30 }, 'no-space', /1\.0 GiB are free/],
  ])('is refused with %s', (_, change, code, message) => {
    expect(() => requireHost({ ...host, ...change })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe('the sources of packages', () => {
  it("are trixie's on the machine's own mirror", () => {
    const text = trixieSources(
      mirrorFrom(
        'Debian|Debian|http://mirror.test/debian/\nDebian|Debian-Security|http://mirror.test/security/\n',
      ),
    );
    expect(text).toContain('URIs: http://mirror.test/debian/\nSuites: trixie trixie-updates\n');
    expect(text).toContain('URIs: http://mirror.test/security/\nSuites: trixie-security\n');
  });

  it('are refused where apt knows none', () => {
    expect(() => mirrorFrom('')).toThrow(expect.objectContaining({ code: 'mirror-unknown' }));
  });
});

describe('the lock of packages', () => {
  const packages = mergePackages(
    [{ name: 'b', version: '2' }],
    [
      { name: 'a', version: '1' },
      { name: 'b', version: '2' },
    ],
  );

  it('is the packages of both stages, sorted', () => expect(lockText(packages)).toBe('a=1\nb=2\n'));

  it('refuses other versions, and names them', () => {
    expect(() => requireLocked(packages, 'a=1\nb=2\n')).not.toThrow();
    expect(() => requireLocked(packages, 'a=1\nb=3\n')).toThrow(
      expect.objectContaining({ code: 'packages-differ', message: expect.stringContaining('+b=2 -b=3') }),
    );
  });
});

describe('what goes into an image', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sotto-inputs-'));
    mkdirSync(join(folder, 'root/etc'), { recursive: true });
    writeFileSync(join(folder, 'root/etc/one'), 'ab');
    writeFileSync(join(folder, 'conf'), 'c');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const digest = (...words: string[]) => inputsDigest([join(folder, 'root'), join(folder, 'conf')], ...words);

  it('has one digest as long as nothing changes', async () => {
    expect(await digest('release')).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest('release')).toBe(await digest('release'));
  });

  it.each<[string, () => unknown]>([
    ['a byte', () => writeFileSync(join(folder, 'root/etc/one'), 'aB')],
    ['a file', () => writeFileSync(join(folder, 'root/etc/two'), '')],
    ['an empty folder', () => mkdirSync(join(folder, 'root/empty'))],
    [
      'a name',
      () => {
        rmSync(join(folder, 'root/etc/one'));
        writeFileSync(join(folder, 'root/etc/One'), 'ab');
      },
    ],
    [
      'where one file ends',
      () => {
        writeFileSync(join(folder, 'root/etc/one'), 'a');
        writeFileSync(join(folder, 'conf'), 'bc');
      },
    ],
  ])('has another one when %s changes', async (_, change) => {
    const before = await digest('release');
    change();
    expect(await digest('release')).not.toBe(before);
  });

  it('has another one for the other variant', async () => {
    expect(await digest('release')).not.toBe(await digest('test'));
  });
});
