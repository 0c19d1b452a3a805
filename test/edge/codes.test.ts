import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
/** The words of the unions in a file, wire's own codes left out. */
const codesIn = (path: string) =>
  [...read(path).matchAll(/^ {2}\| '([a-z0-9-]+)'/gm)].map(([, code]) => code!);
const PAGES = [
  ['docs/issuer.md', ['issuer', 'token', 'config', 'store'].map((topic) => `edge/${topic}/error.ts`), 45],
  ['docs/operate.md', ['edge/error.ts'], 20],
  ['docs/errors.md', ['client/error.ts'], 15],
] as const;
const TESTS = ['edge', 'cli', 'client', 'server']
  .flatMap((folder) =>
    readdirSync(new URL(`test/${folder}`, ROOT), { recursive: true, encoding: 'utf8' }).map(
      (path) => `test/${folder}/${path}`,
    ),
  )
  .filter((path) => path.endsWith('.test.ts') && path !== 'test/edge/codes.test.ts')
  .map(read)
  .join('\n');

describe.each(PAGES)('every error code of %s', (page, files, least) => {
  const codes = files.flatMap(codesIn);

  it('is documented', () => {
    const text = read(page);
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
    expect(codes.length).toBeGreaterThan(least);
  });

  it('is the outcome of some test', () => {
    expect(codes.filter((code) => !TESTS.includes(`'${code}`))).toEqual([]);
  });
});
