export { type BhttpResponseHead, decodeBhttpRequest, decodeBhttpResponse } from './decode.js';
export {
  CONTENT_END,
  contentChunk,
  encodeBhttpRequest,
  encodeBhttpResponse,
  encodeBhttpResponseHead,
} from './encode.js';
export {
  type BhttpRequest,
  type BhttpResponse,
  type Field,
  type Framing,
  type InformationalResponse,
  RESPONSE_KNOWN,
} from './message.js';
export { ResponseReader } from './stream.js';
