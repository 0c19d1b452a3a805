/** Whoever takes part. A round begins with a new process for everybody, because some are lucky with their memory. */
export interface Contestant {
  readonly name: string;
  start(): Promise<Player>;
}

/** A way to continue a prompt greedily. */
export interface Player {
  readonly version: string;
  /** Continues the prompt by exactly `count` tokens, the likeliest each time, and never stops early. */
  generate(prompt: readonly number[], count: number): Promise<Run>;
  close(): Promise<void>;
}

export interface Run {
  readonly tokens: readonly number[];
  /** From the prompt to the first token. */
  readonly prefillMs: number;
  /** For all further tokens. */
  readonly decodeMs: number;
}
