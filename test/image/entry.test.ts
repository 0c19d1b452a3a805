import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkKernelCommandLine } from '../../image/entry/command-line.js';
import { requireNothingUnmeasured } from '../../server/unmeasured.js';

const expected = readFileSync(new URL('../../image/kernel-command-line', import.meta.url), 'utf8');
const parameters = expected.trim().split('\n').join(' ');
const hash = `roothash=${'0a'.repeat(32)}`;

describe('the kernel command line', () => {
  it('is taken as the image was built: its parameters and one root hash', () => {
    expect(checkKernelCommandLine(`${hash} ${parameters}\n`, expected)).toBe(true);
  });

  it.each([
    ['without a root hash', parameters],
    ['with two of them', `${hash} ${parameters} ${hash}`],
    ['with a shell for init', `${hash} ${parameters} init=/bin/sh`],
    ['with credentials switched on again', `${hash} ${parameters} systemd.import_credentials=yes`],
    ['with a variable for init', `${hash} ${parameters} LD_PRELOAD=/tmp/evil.so`],
    ['without lockdown', `${hash} ${parameters.replace('lockdown=confidentiality ', '')}`],
    ['with a hash of another kind', `${parameters} roothash=00`],
    ['when it is empty', ''],
  ])('is refused %s', (_, found) => {
    expect(checkKernelCommandLine(found, expected)).toBe(false);
  });
});

describe('the server of the image', () => {
  const clean = { env: {}, argv: ['node', 'server.js'], execArgv: [] };

  it('starts with nothing from outside', () => {
    expect(() => requireNothingUnmeasured(clean)).not.toThrow();
  });

  it.each([
    ['LD_PRELOAD', { ...clean, env: { LD_PRELOAD: '/tmp/evil.so' } }, 'environment-not-empty'],
    ['NODE_OPTIONS', { ...clean, env: { NODE_OPTIONS: '--inspect' } }, 'environment-not-empty'],
    ['an argument', { ...clean, argv: [...clean.argv, '--port=1'] }, 'arguments-not-empty'],
    ["an option of Node's", { ...clean, execArgv: ['--inspect'] }, 'arguments-not-empty'],
  ])('refuses %s, without repeating it', (_, outside, code) => {
    expect(() => requireNothingUnmeasured(outside)).toThrow(expect.objectContaining({ code }));
    expect(() => requireNothingUnmeasured(outside)).not.toThrow(/evil|inspect|port/);
  });
});
