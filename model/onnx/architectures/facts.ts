/** What the engine and the configuration files need to know about a model, whatever its architecture. */
export interface Facts {
  readonly architecture: string;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  /** Longest sequence, in tokens. */
  readonly context: number;
  readonly normEpsilon: number;
  readonly ropeBase: number;
}

/** Of a tensor, as [rows, columns]; a vector has one row. */
export type Shape = readonly [rows: number, columns: number];
