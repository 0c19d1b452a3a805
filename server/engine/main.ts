/** Where the engine's worker thread begins. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EngineOptions } from './protocol.js';
import { loadParts, serveEngine } from './worker.js';

if (!parentPort) throw new Error('this is the entry of a worker thread');
await serveEngine(parentPort, () => loadParts(workerData as EngineOptions));
