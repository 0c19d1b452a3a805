/** Where all intermediate results live: memory that its owner wipes when the task is over, however it ends. */
export interface Secrets {
  bytes(length: number): Uint8Array;
  int32(length: number): Int32Array;
  float32(length: number): Float32Array;
}
