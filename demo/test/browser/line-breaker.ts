/** An HTTP proxy (RFC 9110 §3.7) that lets streamed answers through as slowly as a test wants, and can break off. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

const STREAMED = 'message/ohttp-chunked-res';
/** Less than an event of an answer takes: no two of them get through in one step. */
const STEP_BYTES = 64;

export class LineBreaker {
  readonly url: string;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  #isSlow = false;
  /** Called when a slow stream may go on by a step. */
  #step: (() => void) | undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<LineBreaker> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new LineBreaker(server);
    server.on('request', (incoming, outgoing) => proxy.#pass(incoming, outgoing));
    // WebSockets go through a tunnel.
    server.on('connect', ({ url = '' }, socket) => {
      const { hostname, port } = new URL(`http://${url}`);
      const onward = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    return proxy;
  }

  /** From now on streamed answers wait for `step`. */
  slow(): void {
    this.#isSlow = true;
  }

  /** Lets a little of a slow answer through. */
  step(): void {
    this.#step?.();
  }

  /** Breaks streamed answers off, and lets the next ones through at their own speed. */
  cut(): void {
    this.#isSlow = false;
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET', headers, url = '' } = incoming;
    const onward = request(url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      if (!this.#isSlow || answer.headers['content-type'] !== STREAMED) {
        answer.pipe(outgoing);
        return;
      }
      this.#streams.add(outgoing);
      void this.#passSlowly(answer, outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  async #passSlowly(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.flushHeaders();
    for await (const chunk of answer) {
      const bytes = chunk as Buffer;
      for (let from = 0; from < bytes.length; from += STEP_BYTES) {
        await new Promise<void>((resolve) => {
          this.#step = resolve;
        });
        outgoing.write(bytes.subarray(from, from + STEP_BYTES));
      }
    }
    outgoing.end();
  }
}
