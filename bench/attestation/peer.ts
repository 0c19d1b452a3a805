/** Other people's verifiers, each in one long-lived process: the bench measures against them, tests compare verdicts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Empty strings where the verifier had nothing to object to. */
export interface PeerVerdict {
  /** Signatures, chains, revocation, patch level. */
  readonly verify: string;
  /** The policy, where the request names one and `verify` is empty. */
  readonly validate: string;
  /** It broke on the input instead of refusing it. */
  readonly panicked: boolean;
  /** What all repetitions of the request took together. */
  readonly nanoseconds: number;
}

/** A process that answers lines of JSON with lines of JSON, in their order, on file descriptor 3. */
export class Peer<Request> {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #waiting: { resolve: (verdict: PeerVerdict) => void; reject: (error: Error) => void }[] = [];

  constructor(name: string, program: string, args: readonly string[] = []) {
    this.name = name;
    this.#child = spawn(program, args, { stdio: ['pipe', 'ignore', 'inherit', 'pipe'] });
    const answers = createInterface({ input: this.#child.stdio[3] as Readable });
    answers.on('line', (line) => this.#waiting.shift()?.resolve(JSON.parse(line)));
    // What it did not read it does not answer; then it has ended, which is told below.
    this.#child.stdin!.on('error', () => undefined);
    const ended = () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`${name} ended`));
    };
    this.#child.on('error', ended);
    answers.on('close', ended);
  }

  /** Puts evidence before it. Requests may be sent without waiting for the answers of earlier ones. */
  ask(request: Request): Promise<PeerVerdict> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin!.write(`${JSON.stringify(request, base64)}\n`);
    });
  }

  close(): void {
    this.#child.stdin!.end();
  }
}

function base64(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
