/** The server as the image runs it: two files of code, and the two native libraries that they load. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import type { Variant } from '../command.js';

/** Compiled entries under dist/. The two images differ in nothing else. */
const entries: Readonly<Record<Variant, string>> = {
  release: 'server/main.js',
  test: 'image/entry/simulated.js',
};

/** What is loaded by name at run time and therefore stays a package: native code, and the JavaScript that finds it. */
const packages = [
  {
    name: 'koffi',
    files: ['package.json', 'index.js', 'src/koffi/index.js', 'src/koffi/src/static.js', 'LICENSE.txt'],
  },
  {
    name: '@koromix/koffi-linux-x64',
    files: ['package.json', 'index.js', 'linux_x64'],
  },
  {
    name: 'onnxruntime-node',
    files: ['package.json', 'bin/napi-v6/linux/x64/libonnxruntime.so.1'],
  },
] as const;

/**
 * Writes the server into a folder: `server.js`, and `main.js`, where the engine's thread begins.
 *
 * @param root the checkout, compiled
 * @returns the folders of the npm packages that went in
 */
export async function bundleServer(root: string, variant: Variant, to: string): Promise<readonly string[]> {
  await mkdir(to, { recursive: true });
  const bundled = new Set<string>(packages.map(({ name }) => join(root, 'node_modules', name)));
  for (const [entry, file] of [
    ['image/entry/seal.js', 'seal.js'],
    [entries[variant], 'server.js'],
    ['server/engine/main.js', 'main.js'],
  ] as const) {
    const build = await rolldown({
      input: join(root, 'dist', entry),
      platform: 'node',
      external: [/^node:/, ...packages.map(({ name }) => name)],
    });
    const { output } = await build.write({
      file: join(to, file),
      format: 'esm',
      codeSplitting: false,
      sourcemap: false,
    });
    await build.close();
    for (const chunk of output) {
      if (chunk.type !== 'chunk') continue;
      for (const id of chunk.moduleIds) {
        const folder = packageOf(id);
        if (folder) bundled.add(folder);
      }
    }
  }
  await writeFile(join(to, 'package.json'), '{"type":"module"}\n');
  for (const { name, files } of packages) {
    for (const file of files) {
      await cp(join(root, 'node_modules', name, file), join(to, 'node_modules', name, file), {
        recursive: true,
      });
    }
  }
  return [...bundled].sort();
}

/** The folder of the innermost package that a module belongs to: one version of a package may lie within another. */
function packageOf(module: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(module)?.[0];
}
