/** The folder's files that describe the model to Transformers.js (and to any other reader of that layout). */
import type { Metadata } from '../gguf/index.js';
import type { Bits, Facts } from '../onnx/index.js';
import { specialTokenIds } from './special-tokens.js';

/** How Transformers.js names each precision. */
const dtypes: Readonly<Record<Bits, string>> = { 8: 'q8', 4: 'q4', 32: 'fp32' };

export function modelConfiguration(metadata: Metadata, facts: Facts, bits: Bits): object {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: facts.architecture,
    hidden_size: facts.hidden,
    intermediate_size: facts.feedForward,
    num_hidden_layers: facts.layers,
    num_attention_heads: facts.heads,
    num_key_value_heads: facts.kvHeads,
    head_dim: facts.headSize,
    vocab_size: facts.vocabulary,
    max_position_embeddings: facts.context,
    rms_norm_eps: facts.normEpsilon,
    rope_theta: facts.ropeBase,
    hidden_act: 'silu',
    ...specialTokenIds(metadata),
    'transformers.js_config': { dtype: dtypes[bits], use_external_data_format: true },
  };
}

export function generationConfiguration(metadata: Metadata): object {
  return specialTokenIds(metadata);
}
