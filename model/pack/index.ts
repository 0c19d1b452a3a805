export { type FetchOptions, fetchDefaultModel, fetchModel, type SourceOptions } from './fetch/index.js';
export { type ImportOptions, importModel } from './import.js';
export type { FileDigest, PackManifest } from './manifest.js';
export { type ModelPack, openPack } from './open.js';
export type { Progress } from './progress.js';
