export {
  type Backend,
  type BackendOptions,
  buildPrefix,
  EngineError,
  type EngineErrorCode,
  ffiBackend,
  type GenerateRequest,
  type Generation,
  generate,
  type KvCache,
  type ModelShape,
  PrefixCache,
  packageBackend,
  type RuntimeMemory,
  type Sampling,
  SecretArena,
  type Wipeable,
} from './engine/index.js';
export { ModelError, type ModelErrorCode } from './error.js';
export {
  type ImportOptions,
  importModel,
  type ModelPack,
  openPack,
  type PackManifest,
  type Progress,
} from './pack/index.js';
export { Detokenizer, Tokenizer, TokenizerError, type TokenizerErrorCode } from './tokenizer/index.js';
