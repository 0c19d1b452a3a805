/** Somebody who watches a link: all sizes and counts of what goes over it, both ways, and not a byte of what is in it. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** One HTTP message as an observer sees it who knows the protocols and where one message ends. */
export interface SeenMessage {
  readonly headBytes: number;
  /** Of a body that is not an answer that streams, without the framing of HTTP's chunks. */
  readonly bodyBytes: number;
  /** Of an answer that streams: the size of each sealed chunk, in their order, which its framing tells; the final one last. */
  readonly sealed: readonly number[];
}

export interface SeenExchange {
  readonly request: SeenMessage;
  readonly response: SeenMessage;
}

/** A TCP proxy in front of a party. */
export class ObservedLink {
  readonly #server: Server;
  readonly #conversations = new Set<Conversation>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param target of the party behind it: `http://127.0.0.1:port` */
  static async before(target: string): Promise<ObservedLink> {
    const { port } = new URL(target);
    const server = createServer({ noDelay: true }, (client) => {
      const onward = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
      const conversation = new Conversation();
      link.#conversations.add(conversation);
      pipe(client, onward, (bytes) => conversation.asked.push(bytes));
      pipe(onward, client, (bytes) => conversation.answered.push(bytes));
    });
    const link = new ObservedLink(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What has gone over it, whole, since the last time, but for looks at `/readyz`, which nobody's request causes. */
  take(): SeenExchange[] {
    return [...this.#conversations].flatMap((conversation) => conversation.take());
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function pipe(from: Socket, to: Socket, see: (bytes: Buffer) => void): void {
  from.on('data', see);
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

/** The two directions of a connection. */
class Conversation {
  readonly asked = new Messages();
  readonly answered = new Messages();
  readonly #waiting: (SeenMessage & { readonly start: string })[] = [];

  take(): SeenExchange[] {
    this.#waiting.push(...this.asked.take());
    const exchanges: SeenExchange[] = [];
    for (const { start: _, ...response } of this.answered.take()) {
      const { start, ...request } = this.#waiting.shift()!;
      if (!start.includes('/readyz')) exchanges.push({ request, response });
    }
    return exchanges;
  }
}

/** Cuts a direction's bytes into HTTP/1.1 messages (RFC 9112). */
class Messages {
  #bytes: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }

  /** Those that are complete. */
  take(): (SeenMessage & { readonly start: string })[] {
    const messages: (SeenMessage & { readonly start: string })[] = [];
    for (;;) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return messages;
      const head = this.#bytes.subarray(0, end).toString('latin1').toLowerCase();
      const found = bodyOf(head, this.#bytes.subarray(end + 4));
      if (!found) return messages;
      const { length, body } = found;
      const streams = head.includes('\r\ncontent-type: message/ohttp-chunked-res');
      messages.push({
        start: head.split('\r\n', 1)[0]!,
        headBytes: end + 4,
        bodyBytes: streams ? 0 : body.length,
        sealed: streams ? sealedChunks(body) : [],
      });
      this.#bytes = this.#bytes.subarray(end + 4 + length);
    }
  }
}

/** @returns nothing when it is not all there; else the body, and how many bytes it took on the wire */
function bodyOf(head: string, bytes: Buffer): { readonly length: number; readonly body: Buffer } | undefined {
  if (!head.includes('\r\ntransfer-encoding: chunked')) {
    const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0);
    return bytes.length < length ? undefined : { length, body: bytes.subarray(0, length) };
  }
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { length: next, body: Buffer.concat(chunks) };
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}

const NONCE_BYTES = 16;

/** Sizes of the ciphertexts after the nonce; their lengths are not sealed (chunked OHTTP section 3). */
function sealedChunks(body: Buffer): number[] {
  const sizes: number[] = [];
  for (let at = NONCE_BYTES; at < body.length; ) {
    const bytes = 1 << (body[at]! >> 6);
    let size = body[at]! & 0x3f;
    for (let i = 1; i < bytes; i++) size = size * 256 + body[at + i]!;
    at += bytes;
    if (size === 0) size = body.length - at;
    sizes.push(size);
    at += size;
  }
  return sizes;
}
