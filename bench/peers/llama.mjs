/**
 * llama.cpp, as node-llama-cpp ships it prebuilt, on the GGUF file itself. Reads a JSON configuration from its first
 * argument, then answers each line of standard input with a line of JSON.
 */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { folder, model: modelPath, threads, capacity } = JSON.parse(process.argv[2]);
const entry = createRequire(`${folder}/package.json`).resolve('node-llama-cpp');
const { getLlama, getModuleVersion } = await import(pathToFileURL(entry).href);
const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  maxThreads: threads,
  logLevel: 'error',
  progressLogs: false,
});
const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
const context = await model.createContext({ contextSize: capacity, batchSize: 512, threads, sequences: 1 });
const sequence = context.getSequence();
const version = `node-llama-cpp ${await getModuleVersion()}, llama.cpp ${llama.llamaCppRelease.release}`;
process.stdout.write(`${JSON.stringify({ version })}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const { prompt, count } = JSON.parse(line);
  await sequence.clearHistory();
  const start = performance.now();
  let middle = 0;
  const tokens = [];
  for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
    if (tokens.length === 0) middle = performance.now();
    tokens.push(token);
    if (tokens.length === count) break;
  }
  const end = performance.now();
  process.stdout.write(`${JSON.stringify({ tokens, prefillMs: middle - start, decodeMs: end - middle })}\n`);
}
