export { SecretArena, type Wipeable } from './arena.js';
export type { Backend, BackendOptions, KvCache, ModelShape, RuntimeMemory } from './backend.js';
export { EngineError, type EngineErrorCode } from './error.js';
export { type GenerateRequest, type Generation, generate } from './generate.js';
export { ffiBackend } from './ort/ffi-backend.js';
export { packageBackend } from './ort/package-backend.js';
export { buildPrefix, PrefixCache } from './prefix.js';
export type { Sampling } from './sampling.js';
