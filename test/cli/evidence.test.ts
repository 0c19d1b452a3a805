import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure, serving, sotto, stopped } from './fixture.js';

const HOUR = 3_600_000;
let folder: string;
/** What `--save` printed, without `npx sotto`. */
let saved: string[];
let online: string;
let measurement: string;
let server: string;

/** The words of a command line as it was printed; none of these needs quotes. */
const commandIn = (text: string): string[] => {
  const line = text.split('\n').find((candidate) => candidate.startsWith('  npx sotto '));
  return line!.trim().split(' ').slice(2);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-evidence-'));
  const profile = join(folder, 'local.json');
  const { process, port } = await serving(profile);
  server = `http://127.0.0.1:${port}`;
  ({ measurement } = JSON.parse(readFileSync(profile, 'utf8')));
  const result = await sotto(['verify', '--profile', profile, '--save', join(folder, 'good.cbor')]);
  expect(result.code).toBe(0);
  saved = commandIn(result.err);
  online = result.out;
  const unwritable = await sotto(['verify', '--profile', profile, '--save', folder]);
  expectFailure(unwritable, { code: 'output-failed' });
  const refused = await sotto([
    'verify',
    server,
    '--measurement',
    'ab'.repeat(48),
    '--trust',
    'sotto-simulated',
    '--save',
    join(folder, 'refused.cbor'),
  ]);
  expect(refused.code).toBe(1);
  expect(commandIn(refused.err)).toContain('ab'.repeat(48));
  await stopped(process);
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const option = (name: string): string => saved[saved.indexOf(name) + 1]!;
/** The saved command with another value of an option. */
const with_ = (name: string, value: string): string[] =>
  saved.map((word, i) => (saved[i - 1] === name ? value : word));
const at = (ms: number): string => new Date(Date.parse(option('--at')) + ms).toISOString();

describe('evidence that was saved', () => {
  it('verifies without the server, by the command that was printed, with the same lines', async () => {
    const { code, out, err } = await sotto(saved);
    expect(code).toBe(0);
    expect(out).toBe(online);
    expect(err).toContain('SIMULATED');
  });

  it('is the same verdict as JSON', async () => {
    const { code, out } = await sotto([...saved, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, simulated: true, platform: 'sev-snp', measurement });
  });

  it('may come from standard input', async () => {
    const input = new Uint8Array(readFileSync(option('--file')));
    expect((await sotto(with_('--file', '-'), { input })).code).toBe(0);
  });

  it.each<[string, () => string[], RegExp]>([
    ['another nonce', () => with_('--nonce', '00'.repeat(32)), /^ FAIL {3}freshness .*\[binding-stale\]$/m],
    ['a later time', () => with_('--at', at(25 * HOUR)), /^ FAIL {3}certificate .*\[ratls-expired\]$/m],
    [
      'an earlier time',
      () => with_('--at', at(-25 * HOUR)),
      /^ FAIL {3}certificate .*\[ratls-not-yet-valid\]$/m,
    ],
    [
      'another measurement',
      () => with_('--measurement', 'ab'.repeat(48)),
      /^ FAIL {3}measurement .*\[policy-measurement\]$/m,
    ],
    ['real hardware alone', () => saved.slice(0, -2), /^ FAIL {3}chain .*\[simulated-not-trusted\]$/m],
  ])('does not hold for %s', async (_, args, line) => {
    const { code, out } = await sotto(args());
    expect(code).toBe(1);
    expect(out).toMatch(line);
    expect(out).toContain('NOT verified');
  });

  it('is kept when the server was refused, and may be right for somebody else', async () => {
    const refused = with_('--file', join(folder, 'refused.cbor'));
    expect(await sotto(refused)).toMatchObject({ code: 1, out: expect.stringContaining('[binding-stale]') });
  });

  it.each<[string, () => string[], string, number]>([
    ['a file that is not there', () => with_('--file', join(folder, 'none')), 'input-missing', 1],
    ['a folder', () => with_('--file', folder), 'input-missing', 1],
    ['an empty file', () => with_('--file', file('empty', '')), 'answer-malformed: session-malformed', 1],
    ['a text', () => with_('--file', file('text', 'hello')), 'answer-malformed: session-malformed', 1],
    [
      'a file that was cut',
      () => with_('--file', file('cut', readFileSync(option('--file')).subarray(0, -1))),
      'answer-malformed: session-malformed',
      1,
    ],
    ['a nonce that is not hexadecimal', () => with_('--nonce', 'xy'.repeat(32)), 'nonce-malformed', 1],
    ['a nonce too short', () => with_('--nonce', 'ab'.repeat(31)), 'nonce-malformed', 1],
    ['a time without a zone', () => with_('--at', '2026-06-15T12:00:00'), 'time-malformed', 1],
    ['a time elsewhere', () => with_('--at', '2026-06-15T12:00:00+02:00'), 'time-malformed', 1],
    ['a day that does not exist', () => with_('--at', '2026-02-30T12:00:00Z'), 'time-malformed', 1],
    ['no time', () => with_('--at', 'yesterday'), 'time-malformed', 1],
    [
      'no nonce',
      () => saved.filter((word, i) => word !== '--nonce' && saved[i - 1] !== '--nonce'),
      'usage',
      2,
    ],
    ['a server too', () => [...saved, '--url', server], 'usage', 2],
    ['a file to save to', () => [...saved, '--save', join(folder, 'again')], 'usage', 2],
    ['a root, but nothing to hold it to', () => ['verify', server, '--trust', 'sotto-simulated'], 'usage', 2],
    ['a nonce without a file', () => ['verify', server, '--nonce', option('--nonce')], 'usage', 2],
  ])('is refused with %s', async (_, args, code, exit) => {
    expectFailure(await sotto(args()), { code, exit });
  });
});

describe('a policy file', () => {
  const policy = (change: (snp: Record<string, unknown>) => void = () => undefined): string => {
    const example = JSON.parse(readFileSync('docs/policy.example.json', 'utf8'));
    change(example.snp);
    return JSON.stringify(example);
  };
  /** The saved command with a policy file in place of the measurement. */
  const under = (path: string): string[] => {
    const from = saved.indexOf('--measurement');
    return [...saved.slice(0, from), '--policy', path, ...saved.slice(from + 2)];
  };

  it('takes the place of measurements', async () => {
    const path = file(
      'policy.json',
      policy((snp) => Object.assign(snp, { measurements: [measurement] })),
    );
    expect(await sotto(under(path))).toMatchObject({ code: 0 });
    const other = file('other.json', policy());
    const { code, out } = await sotto(under(other));
    expect(code).toBe(1);
    expect(out).toMatch(/^ FAIL {3}measurement .*\[policy-measurement\]$/m);
  });

  it('cannot make anybody trust simulated evidence', async () => {
    const path = file(
      'policy.json',
      policy((snp) => Object.assign(snp, { measurements: [measurement] })),
    );
    const { code, out } = await sotto(under(path).slice(0, -2));
    expect(code).toBe(1);
    expect(out).toContain('[simulated-not-trusted]');
  });

  it.each<[string, () => string[], string, number]>([
    ['is not there', () => under(join(folder, 'none.json')), 'input-missing', 1],
    ['is no JSON', () => under(file('bad.json', '{')), 'policy-file-malformed', 1],
    [
      'has a field that is no rule',
      () =>
        under(
          file(
            'bad.json',
            policy((snp) => Object.assign(snp, { debug: true })),
          ),
        ),
      'policy-file-unknown-field',
      1,
    ],
    ['comes with a measurement', () => [...saved, '--policy', file('p.json', policy())], 'usage', 2],
  ])('is refused when it %s', async (_, args, code, exit) => {
    expectFailure(await sotto(args()), { code, exit });
  });

  it.each([['summarize'], ['reply'], ['proofread'], ['rewrite', '--tone', 'funny']])(
    'is taken by %s too',
    async (command, ...more) => {
      const args = [
        command,
        'examples/chat.txt',
        ...more,
        '--url',
        server,
        '--policy',
        file('bad.json', '{'),
      ];
      expectFailure(await sotto(args), { code: 'policy-file-malformed' });
    },
  );
});
