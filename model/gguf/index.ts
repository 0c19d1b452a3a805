export { type TensorType, tensorTypes } from './dequantize/index.js';
export { Metadata } from './metadata.js';
export { Gguf } from './reader.js';
export { Tensor } from './tensor.js';
