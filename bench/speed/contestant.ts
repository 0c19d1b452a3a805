/** Whoever takes part: a name, and a way to continue a prompt greedily. */
export interface Contestant {
  readonly name: string;
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
