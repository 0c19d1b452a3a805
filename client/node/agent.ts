import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Fetch } from '../http.js';
import { exchange } from './exchange.js';
import { type PeerOptions, showPeer } from './peer.js';
import { connectRatls, type RatlsOptions } from './ratls.js';

export interface RatlsAgentOptions extends RatlsOptions {
  /** For a server that asks its clients for evidence: that of the VM that this process runs in. */
  readonly peer?: PeerOptions;
}

/**
 * An agent for `https.request` whose every connection is a verified one: a request is written when the evidence has
 * passed, and not before. Requests fail with the errors of `connectRatls`, and with `server-refused` when the server
 * does not accept this end's own evidence. Call `destroy` when done.
 */
export class RatlsAgent extends Agent {
  readonly #options: RatlsAgentOptions;

  constructor(options: RatlsAgentOptions) {
    super({ keepAlive: true, maxCachedSessions: 0 });
    this.#options = options;
  }

  /** For the SDK: `connect({ url: 'https://…', fetch: agent.fetch, … })` opens a sealed session over direct RA-TLS. */
  readonly fetch: Fetch = (url, init) => exchange(this, url, init);

  /** What Node calls when it needs a connection; the callback gets a verified one. */
  override createConnection(
    target: { readonly host?: string | null; readonly port?: string | number | null },
    connected: (error: Error | null, socket?: Duplex) => void,
  ): undefined {
    const [host, port] = [target.host ?? 'localhost', Number(target.port ?? 443)];
    this.#connect(host, port).then((socket) => connected(null, socket), connected);
  }

  async #connect(host: string, port: number): Promise<Duplex> {
    const { peer, ...expected } = this.#options;
    const { socket } = await connectRatls({ ...expected, host, port });
    if (!peer) return socket;
    try {
      await showPeer(socket, peer);
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }
}
