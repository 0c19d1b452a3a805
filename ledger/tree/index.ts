/** The Merkle tree: hashes, tiles, proofs. */
export { EMPTY_ROOT, HASH_BYTES, leafHash, rootOf } from './hash.js';
export { type FetchTile, TileReader } from './reader.js';
export {
  lengthPrefixed,
  parseEntryTile,
  parseHashTile,
  parseTilePath,
  TILE_WIDTH,
  type TileAddress,
  tilePath,
  tileWidth,
} from './tile.js';
export { type InclusionProof, type TreeHead, verifyConsistency, verifyInclusion } from './verify.js';
