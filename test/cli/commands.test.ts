import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure, serving, sotto, stopped } from './fixture.js';

const CHAT = 'examples/chat.txt';
let folder: string;
let profile: string;
let server: ChildProcess;
let port: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-cli-'));
  profile = join(folder, 'local.json');
  ({ process: server, port } = await serving(profile));
});
afterAll(async () => {
  await stopped(server);
  expect(existsSync(profile)).toBe(false);
  rmSync(folder, { recursive: true });
});

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const directUrl = () => (JSON.parse(readFileSync(profile, 'utf8')) as { directUrl: string }).directUrl;
const ask = (args: readonly string[], input?: string) =>
  sotto([...args, '--profile', profile], input === undefined ? {} : { input });

describe('with a server that runs', () => {
  it('summarizes a chat, and says loudly that nothing is protected', async () => {
    const { code, out, err } = await ask(['summarize', CHAT]);
    expect(code).toBe(0);
    expect(out.trim()).not.toBe('');
    expect(err).toContain('WARNING: the evidence is SIMULATED');
  });

  it('suggests replies, numbered', async () => {
    const { code, out } = await ask(['reply', CHAT, '--me', 'Omar']);
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toEqual([
      expect.stringMatching(/^1\. /),
      expect.stringMatching(/^2\. /),
      expect.stringMatching(/^3\. /),
    ]);
  });

  it('rewrites and proofreads what comes from standard input', async () => {
    for (const args of [
      ['rewrite', '-', '--tone', 'professional'],
      ['proofread', '-'],
    ]) {
      const { code, out } = await ask(args, 'can you meat me at the station\n');
      expect(code).toBe(0);
      expect(out.trim()).not.toBe('');
    }
  });

  it('gives all of it as JSON', async () => {
    const { code, out } = await ask(['reply', CHAT, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      task: 'reply',
      suggestions: [expect.any(String), expect.any(String), expect.any(String)],
      notices: [],
      stats: { outputTokens: expect.any(Number), wipedBytes: expect.any(Number) },
      attestation: { simulated: true, platform: 'sev-snp' },
    });
  });

  it('knows it by its address too, if told what it has to prove', async () => {
    const { measurement } = JSON.parse(readFileSync(profile, 'utf8')) as { measurement: string };
    const url = `http://127.0.0.1:${port}`;
    const args = ['proofread', '-', '--url', url, '--measurement', measurement];
    const trusting = await sotto([...args, '--trust', 'sotto-simulated'], { input: 'all is well' });
    expect(trusting.code).toBe(0);
    const wary = await sotto(args, { input: 'all is well' });
    expectFailure(wary, { code: 'attestation-failed: simulated-not-trusted' });
    expect(wary.err).toMatch(/FAIL +chain/);
    const other = await sotto(
      ['proofread', '-', '--url', url, '--measurement', 'ab'.repeat(48), '--trust', 'sotto-simulated'],
      { input: 'all is well' },
    );
    expectFailure(other, { code: 'attestation-failed: policy-measurement' });
  });

  it('verifies it, line by line or as JSON', async () => {
    const { code, out } = await ask(['verify']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}ok {4}freshness/m);
    expect(out.trim().endsWith('\nverified')).toBe(true);
    const json = await ask(['verify', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, simulated: true, platform: 'sev-snp' });
  });

  it('says which check fails when it is held to something else', async () => {
    const url = `http://127.0.0.1:${port}`;
    const { code, out } = await sotto(['verify', url, '--measurement', 'ab'.repeat(48)]);
    expect(code).toBe(1);
    expect(out).toMatch(/^ FAIL {3}chain .*\[simulated-not-trusted\]$/m);
    expect(out).toContain('NOT verified');
  });

  it('reaches it over RA-TLS as well, and verifies the machine before a session is opened', async () => {
    const { code, out } = await ask(['proofread', '-', '--direct'], 'all is well');
    expect(code).toBe(0);
    expect(out.trim()).not.toBe('');
    const held = ['--direct', '--measurement', 'ab'.repeat(48), '--trust', 'sotto-simulated'];
    const other = await sotto(['verify', directUrl(), ...held]);
    expect(other.code).toBe(1);
    expect(other.out).toMatch(/^ FAIL {3}measurement .*\[policy-measurement\]$/m);
    expect(other.out).toContain("this connection's key");
    const kept = join(folder, 'none.json');
    expectFailure(await sotto(['verify', directUrl(), ...held, '--save', kept]), {
      code: 'attestation-failed: policy-measurement',
    });
    expect(existsSync(kept)).toBe(false);
  });

  it('will not start another one on its port for RA-TLS', async () => {
    const other = join(folder, 'other.json');
    const args = ['serve', '--port', '0', '--direct-port', new URL(directUrl()).port, '--profile', other];
    expectFailure(await sotto(args), { code: 'port-in-use' });
    expect(existsSync(other)).toBe(false);
  });

  it('will not start another one on its port, and says so before it loads a model', async () => {
    const other = join(folder, 'other.json');
    const args = ['serve', '--port', port, '--profile', other, '--model', join(folder, 'none')];
    expectFailure(await sotto(args), { code: 'port-in-use' });
    expect(existsSync(other)).toBe(false);
  });
});

describe('input that nothing can be done with', () => {
  it.each<[string, () => readonly string[], string | undefined, string, number]>([
    ['no file', () => ['summarize'], undefined, 'usage', 2],
    [
      'a file that is not there',
      () => ['summarize', join(folder, 'none.txt')],
      undefined,
      'input-missing',
      1,
    ],
    [
      'invalid UTF-8',
      () => ['proofread', file('x', Uint8Array.of(72, 0xff))],
      undefined,
      'input-invalid-utf8',
      1,
    ],
    ['no chat', () => ['summarize', '-'], 'just some words\nand more', 'input-not-a-chat', 1],
    ['an empty chat', () => ['reply', '-'], '', 'input-not-a-chat', 1],
    [
      'a chat without a word',
      () => ['summarize', '-'],
      'Anna:  \nBen:  ',
      'request-invalid: request-empty',
      1,
    ],
    ['no text', () => ['rewrite', '-', '--tone', 'funny'], ' \n', 'request-invalid: request-empty', 1],
    ['no tone', () => ['rewrite', CHAT], undefined, 'usage', 2],
    ['an unknown tone', () => ['rewrite', CHAT, '--tone', 'rude'], undefined, 'usage', 2],
    ['an unknown option', () => ['reply', CHAT, '--loud'], undefined, 'usage', 2],
    ['an unknown length', () => ['summarize', CHAT, '--length', 'long'], undefined, 'usage', 2],
    ['no number', () => ['summarize', CHAT, '--unread', 'all'], undefined, 'usage', 2],
    [
      'a text too large',
      () => ['proofread', '-'],
      'a'.repeat(300_000),
      'request-invalid: request-too-large',
      1,
    ],
    [
      'a file too large',
      () => ['proofread', file('y', 'a'.repeat(17 * 2 ** 20))],
      undefined,
      'input-too-large',
      1,
    ],
  ])('%s', async (_, args, input, code, exit) => {
    expectFailure(await ask(args(), input), { code, exit });
  });
});

describe('without a server', () => {
  it.each<[string, readonly string[], string, number]>([
    ['none runs from here', ['--profile', '/nonexistent/local.json'], 'no-server', 1],
    ['its address is none', ['--url', 'x', '--measurement', 'ab'.repeat(48)], 'url-invalid', 1],
    [
      'nobody answers',
      ['--url', 'http://127.0.0.1:9', '--measurement', 'ab'.repeat(48)],
      'network-failed',
      1,
    ],
    [
      'RA-TLS is asked for where it cannot be',
      ['--direct', '--url', 'http://127.0.0.1:9', '--measurement', 'ab'.repeat(48)],
      'usage',
      2,
    ],
    ['it has nothing to prove', ['--url', 'http://127.0.0.1:9'], 'usage', 2],
    ['its measurement is none', ['--url', 'http://127.0.0.1:9', '--measurement', 'abc'], 'usage', 2],
    [
      'a root is named that does not exist',
      ['--url', 'http://127.0.0.1:9', '--measurement', 'ab'.repeat(48), '--trust', 'me'],
      'usage',
      2,
    ],
  ])('%s', async (_, args, code, exit) => {
    expectFailure(await sotto(['summarize', CHAT, ...args]), { code, exit });
  });

  it('the one that runs from here takes no direct connections', async () => {
    const path = file('plain.json', '{"url":"http://127.0.0.1:9","measurement":"ab"}');
    const result = await sotto(['summarize', CHAT, '--direct', '--profile', path]);
    expectFailure(result, { code: 'no-server' });
    expect(result.err).toContain('start it with --direct');
  });

  it('a profile is malformed', async () => {
    for (const content of [
      '{',
      '{}',
      '{"url":"http://x","directUrl":1,"measurement":"ab"}',
      '{"url":"http://x","measurement":"ab","simulatedRoot":"other"}',
    ]) {
      const path = file('bad.json', content);
      expectFailure(await sotto(['summarize', CHAT, '--profile', path]), { code: 'profile-malformed' });
    }
  });
});
