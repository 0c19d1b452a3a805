/** How much the browser SDK adds to a page: all that `sotto/client` exports, minified and gzipped, with its libraries. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const MOST_KB = 120;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = await rolldown({
  input: join(root, 'dist', 'client', 'index.js'),
  platform: 'browser',
  // One library names Node's crypto for where there is no WebCrypto: pages never get there.
  logLevel: 'silent',
});
const { output } = await bundle.generate({ format: 'esm', minify: true });
await bundle.close();
const bytes = output.map((chunk) => Buffer.from(chunk.type === 'chunk' ? chunk.code : chunk.source));
const all = bytes.reduce((sum, { length }) => sum + length, 0);
const gzipped = bytes.reduce((sum, code) => sum + gzipSync(code, { level: 9 }).length, 0);
const kb = (size) => (size / 1000).toFixed(1);
process.stdout.write(
  `Browser SDK (sotto/client): ${kb(gzipped)} kB gzipped of at most ${MOST_KB}, ${kb(all)} kB minified\n`,
);
if (gzipped > MOST_KB * 1000) process.exitCode = 1;
