import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
/** The words of the unions in a file, wire's own codes left out. */
const codesIn = (path: string) =>
  [...read(path).matchAll(/^ {2}\| '([a-z0-9-]+)'/gm)].map(([, code]) => code!);
const CODES = ['issuer', 'token', 'config', 'store'].flatMap((topic) => codesIn(`edge/${topic}/error.ts`));
const TESTS = ['edge', 'cli', 'client/wallet']
  .flatMap((folder) =>
    readdirSync(new URL(`test/${folder}`, ROOT), { recursive: true, encoding: 'utf8' }).map(
      (path) => `test/${folder}/${path}`,
    ),
  )
  .filter((path) => path.endsWith('.test.ts') && path !== 'test/edge/codes.test.ts')
  .map(read)
  .join('\n');

describe('every error code', () => {
  it('is documented', () => {
    const text = read('docs/issuer.md');
    expect(CODES.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
    expect(CODES.length).toBeGreaterThan(50);
  });

  it('is the outcome of some test', () => {
    expect(CODES.filter((code) => !TESTS.includes(code))).toEqual([]);
  });
});
