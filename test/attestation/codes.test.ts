import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const [, union = ''] = read('attestation/error.ts').split('export type AttestationErrorCode =');
const CODES = [...union.split(';')[0]!.matchAll(/'([a-z0-9-]+)'/g)].map(([, code]) => code!);
const TESTS = readdirSync(new URL('test/attestation', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => read(`test/attestation/${path}`))
  .join('\n');

describe('every error code', () => {
  it('is documented', () => {
    const text = read('docs/attestation.md');
    expect(CODES.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
    expect(CODES.length).toBeGreaterThan(100);
  });

  it('is the outcome of some test', () => {
    expect(CODES.filter((code) => !TESTS.includes(code))).toEqual([]);
  });
});
