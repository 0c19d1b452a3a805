#!/usr/bin/env node
/**
 * Makes a fresh checkout ready to run: dependencies, compiled code and, with `--model`, the default model pack, with `--chat`
 * the chat in demo/.
 * Plain JavaScript on Node's own modules, because it runs before anything is installed. Each step is skipped when
 * its result is already up to date, so that a second run takes a second or two.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampDir = join(root, 'node_modules', '.sotto');
const sources = [
  'wire',
  'attestation',
  'ledger',
  'model',
  'server',
  'client',
  'edge',
  'cli',
  'bench',
  'image',
];

/** Refuses early, with the remedy, on a Node that is too old to parse the rest. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(
      `Sotto needs Node.js 20.19 or later; this is ${process.versions.node}. Install a newer one and run this again.`,
    );
  }
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

function run(label, command, args, folder = root) {
  process.stderr.write(`${label} …\n`);
  const result = spawnSync(command, args, {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.error)
    fail(`${command} could not be started (${result.error.code}). Install it and run this again.`);
  if (result.status !== 0) fail(`${label} failed (${command} ${args.join(' ')}, exit ${result.status}).`);
}

/** A digest over the given files, to tell whether a step's inputs have changed since it last succeeded. */
function digest(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function sourceFiles() {
  const files = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  for (const folder of sources) {
    if (!existsSync(join(root, folder))) continue;
    for (const entry of readdirSync(join(root, folder), { recursive: true })) {
      if (String(entry).endsWith('.ts')) files.push(join(folder, String(entry)));
    }
  }
  return files.sort();
}

/** Runs `step` unless it already succeeded on the same inputs and its output is still there. */
function once(name, inputs, output, step) {
  const stamp = join(stampDir, name);
  const now = digest(inputs);
  if (existsSync(join(root, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  step();
  mkdirSync(stampDir, { recursive: true });
  writeFileSync(stamp, now);
}

checkNode();
once('install', ['package.json', 'package-lock.json'], 'node_modules', () =>
  run('Installing dependencies', 'npm', [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]),
);
once('build', sourceFiles(), 'dist/cli/main.js', () => {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('Compiling', process.execPath, [
    join('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
  ]);
});
if (
  process.argv.includes('--model') &&
  !existsSync(join(root, '.sotto', 'models', 'default', 'sotto.json'))
) {
  run('Fetching and importing the model', process.execPath, [
    join('dist', 'cli', 'main.js'),
    'model',
    'import',
  ]);
}

/** The chat has its own dependencies, because MLS pins some of ours to other versions. */
const chat = join(root, 'demo');

function chatFiles() {
  const files = [
    ...sourceFiles(),
    'demo/package-lock.json',
    'demo/tsconfig.build.json',
    'demo/vite.config.ts',
  ];
  for (const entry of readdirSync(chat, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (entry.isFile() && !/^demo[/\\](node_modules|dist|screenshots|test)[/\\]/.test(path)) files.push(path);
  }
  return [...new Set(files)].sort();
}

if (process.argv.includes('--chat')) {
  once(
    'chat-install',
    ['demo/package.json', 'demo/package-lock.json'],
    join('demo', 'node_modules', 'sotto'),
    () => {
      run(
        'Installing the chat’s dependencies',
        'npm',
        ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
        chat,
      );
      // The chat uses Sotto as any app does: as a package of that name.
      symlinkSync(root, join(chat, 'node_modules', 'sotto'), 'junction');
    },
  );
  once('chat-build', chatFiles(), join('demo', 'dist', 'node'), () => {
    rmSync(join(chat, 'dist'), { recursive: true, force: true });
    const tool = (...path) => join(chat, 'node_modules', ...path);
    run(
      'Building the chat’s page',
      process.execPath,
      [tool('vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
      chat,
    );
    run(
      'Compiling the chat',
      process.execPath,
      [tool('typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
      chat,
    );
  });
}
