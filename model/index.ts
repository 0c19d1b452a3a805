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
