import type { Metadata } from '../gguf/index.js';

/** Names in GGUF metadata and in Transformers' configuration files. */
const roles = [
  ['bos', 'tokenizer.ggml.bos_token_id'],
  ['eos', 'tokenizer.ggml.eos_token_id'],
  ['unk', 'tokenizer.ggml.unknown_token_id'],
  ['pad', 'tokenizer.ggml.padding_token_id'],
] as const;

/** `{ bos_token_id: 1, … }` for the roles that the model defines. */
export function specialTokenIds(metadata: Metadata): Record<string, number> {
  const defined = roles.filter(([, key]) => metadata.has(key));
  return Object.fromEntries(defined.map(([role, key]) => [`${role}_token_id`, metadata.number(key)]));
}

/** `{ bos_token: "<s>", … }` for the roles that the model defines. */
export function specialTokenNames(metadata: Metadata, tokens: readonly string[]): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [role, key] of roles) {
    const name = metadata.has(key) ? tokens[metadata.number(key)] : undefined;
    if (name !== undefined) names[`${role}_token`] = name;
  }
  return names;
}
