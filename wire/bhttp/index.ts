export { type BhttpResponseHead, decodeBhttpRequest, decodeBhttpResponse } from './decode.js';
export {
  CONTENT_END,
  contentChunk,
  encodeBhttpRequest,
  encodeBhttpResponse,
  encodeBhttpResponseHead,
} from './encode.js';
export type { BhttpRequest, BhttpResponse, Field, Framing, InformationalResponse } from './message.js';
export { ResponseReader } from './stream.js';
