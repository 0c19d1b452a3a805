import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount, readAccounts } from '../../../edge/issuer/accounts.js';
import { readIssuerConfig } from '../../../edge/issuer/index.js';
import { conforms } from '../../attestation/policy-file/schema.js';

const docs = new URL('../../../docs/', import.meta.url);
const EXAMPLE = readFileSync(new URL('issuer.example.json', docs), 'utf8');
const SCHEMA = JSON.parse(readFileSync(new URL('issuer.schema.json', docs), 'utf8'));

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Path = readonly (string | number)[];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string | Uint8Array) => {
  const file = join(folder, 'config.json');
  writeFileSync(file, text);
  return readIssuerConfig(file);
};
const codeOf = (reading: Promise<unknown>) =>
  reading.then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );

/** The example with the value at that path replaced, or the field removed. */
function changed(path: Path, value?: Json): Json {
  const config = JSON.parse(EXAMPLE) as Json;
  const parent = path.slice(0, -1).reduce((found: Json, key) => (found as never)[key], config) as Record<
    string,
    Json
  >;
  if (value === undefined) delete parent[path.at(-1)!];
  else parent[path.at(-1)!] = value;
  return config;
}

describe('the example configuration', () => {
  it('says what it reads as', async () => {
    expect(await read(EXAMPLE)).toEqual({
      issuerName: 'issuer.example',
      listen: { host: '127.0.0.1', port: 8790 },
      stateFolder: join(folder, 'issuer-state'),
      epochSeconds: 86_400,
      overlapSeconds: 7200,
      quotaPerEpoch: 200,
      tokensPerRequest: 32,
      accountKeys: { file: join(folder, 'accounts.json'), clockSkewSeconds: 60 },
      appTokens: {
        issuer: 'https://login.example',
        audience: 'https://issuer.example',
        algorithms: ['ES256', 'EdDSA'],
        keySet: { url: 'https://login.example/.well-known/jwks.json' },
        clockSkewSeconds: 30,
      },
      gatewayKeys: { gateway: 'https://gateway.example', keySeconds: 300 },
    });
    expect(conforms(JSON.parse(EXAMPLE), SCHEMA)).toBe(true);
  });
});

/** One mistake each, and the code for it. The schema has to find all that a schema can. */
const MISTAKES: readonly (readonly [string, Path, Json | undefined, string])[] = [
  ['no version', ['version'], undefined, 'config-missing-field'],
  ['another version', ['version'], 2, 'config-version'],
  ['an unknown field', ['quota'], 1, 'config-unknown-field'],
  ['an unknown field inside', ['listen', 'path'], true, 'config-unknown-field'],
  ['TLS without a key', ['listen', 'tls'], { certificate: 'tls.crt' }, 'config-missing-field'],
  ['a field missing', ['quotaPerEpoch'], undefined, 'config-missing-field'],
  ['a field missing inside', ['listen', 'port'], undefined, 'config-missing-field'],
  ['a gateway without a scheme', ['gatewayKeys', 'gateway'], 'gateway.example', 'config-value'],
  ['a gateway with a path', ['gatewayKeys', 'gateway'], 'https://gateway.example/x', 'config-value'],
  ['no lifetime of keys', ['gatewayKeys', 'keySeconds'], 0, 'config-value'],
  ['a name with capitals', ['issuerName'], 'Issuer.example', 'config-value'],
  ['a name with a path', ['issuerName'], 'issuer.example/x', 'config-value'],
  ['a port that is none', ['listen', 'port'], 65_536, 'config-value'],
  ['a host that is empty', ['listen', 'host'], '', 'config-value'],
  ['a list for an object', ['listen'], [], 'config-value'],
  ['epochs too short', ['epochSeconds'], 59, 'config-value'],
  ['a fraction', ['epochSeconds'], 100.5, 'config-value'],
  ['a number as text', ['quotaPerEpoch'], '200', 'config-value'],
  ['no quota', ['quotaPerEpoch'], 0, 'config-value'],
  ['too many tokens', ['tokensPerRequest'], 65, 'config-value'],
  ['an algorithm with a shared key', ['appTokens', 'algorithms'], ['HS256'], 'config-value'],
  ['alg none', ['appTokens', 'algorithms'], ['none'], 'config-value'],
  ['no algorithm', ['appTokens', 'algorithms'], [], 'config-value'],
  ['a key set over plain HTTP', ['appTokens', 'keySetUrl'], 'http://login.example/', 'config-value'],
  ['two key sets', ['appTokens', 'keySetFile'], 'keys.json', 'config-value'],
  ['no key set', ['appTokens', 'keySetUrl'], undefined, 'config-value'],
  ['a clock of any skew', ['accountKeys', 'clockSkewSeconds'], 86_400, 'config-value'],
];

describe('a configuration', () => {
  it.each(MISTAKES)('with %s is refused', async (_, path, value, code) => {
    const config = changed(path, value);
    expect(await codeOf(read(JSON.stringify(config)))).toBe(code);
    expect(conforms(config, SCHEMA)).toBe(false);
  });

  it.each(['accountKeys', 'appTokens'])('may do without %s, but not without both', async (name) => {
    const { [name]: _, ...config } = JSON.parse(EXAMPLE);
    expect(await codeOf(read(JSON.stringify(config)))).toBeUndefined();
    expect(conforms(config, SCHEMA)).toBe(true);
    const { accountKeys, appTokens, ...neither } = config;
    expect(await codeOf(read(JSON.stringify(neither)))).toBe('config-value');
    expect(conforms(neither, SCHEMA)).toBe(false);
  });

  it('has no longer an overlap than an epoch', async () => {
    expect(await codeOf(read(JSON.stringify(changed(['overlapSeconds'], 86_401))))).toBe('config-value');
  });

  it.each<[string, string | Uint8Array, string]>([
    ['no JSON', '{', 'config-malformed'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'config-malformed'],
    ['no object', '[]', 'config-value'],
    [
      'a field twice',
      EXAMPLE.replace('"version": 1', '"version": 1, "version": 1'),
      'config-duplicate-field',
    ],
    ['more than 1 MiB', ' '.repeat(2 ** 20 + 1), 'config-malformed'],
  ])('that is %s is refused', async (_, text, code) => {
    expect(await codeOf(read(text))).toBe(code);
  });

  it('that is not there is refused', async () => {
    expect(await codeOf(readIssuerConfig(join(folder, 'none.json')))).toBe('config-unreadable');
  });
});

describe('the accounts file', () => {
  const file = () => join(folder, 'accounts.json');
  const key = (byte: number) => new Uint8Array(32).fill(byte);

  it('is made with its first account, and has all that were added', async () => {
    await addAccount(file(), 'ann', key(1));
    await addAccount(file(), 'ben.2', key(2));
    const accounts = await readAccounts(file());
    expect([...accounts].map(([name, bytes]) => [name, Uint8Array.from(bytes)])).toEqual([
      ['ann', key(1)],
      ['ben.2', key(2)],
    ]);
    expect(await codeOf(addAccount(file(), 'ann', key(3)))).toBe('config-value');
  });

  it.each([
    ['a name that is none', [{ name: 'Ann', publicKey: '00'.repeat(32) }]],
    ['a name twice', Array.from({ length: 2 }, () => ({ name: 'ann', publicKey: '00'.repeat(32) }))],
    ['a key that is too short', [{ name: 'ann', publicKey: '00' }]],
    ['a key in capitals', [{ name: 'ann', publicKey: 'AA'.repeat(32) }]],
  ])('with %s is refused', async (_, accounts) => {
    writeFileSync(file(), JSON.stringify({ version: 1, accounts }));
    expect(await codeOf(readAccounts(file()))).toBe('config-value');
  });
});
