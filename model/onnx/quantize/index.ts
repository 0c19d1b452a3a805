export { BLOCK, type Quantized, type Quantizer } from './block.js';
export { EIGHT_BIT_MIDDLE, eightBit } from './eight-bit.js';
export { fourBit } from './four-bit.js';
