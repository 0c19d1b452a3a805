/** One origin that serves the page and passes everything else on to a server: those send no CORS headers. */
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Sotto</title><script type="module" src="/page.js"></script>';
/** No script but ours, no connection but to here. */
const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

export interface Bundle {
  readonly code: string;
  /** Modules that it would have to find at run time: there must be none. */
  readonly imports: readonly string[];
}

/** The page's code for browsers, in memory. */
export async function bundlePage(): Promise<Bundle> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('page.ts', import.meta.url)),
    platform: 'browser',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  });
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    const [{ code, imports, dynamicImports }] = output;
    return { code, imports: [...imports, ...dynamicImports] };
  } finally {
    await bundle.close();
  }
}

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** @param upstream of the server behind it, `http://host:port` */
export async function serveSite(code: string, upstream: string): Promise<Site> {
  const server: Server = createServer((incoming, outgoing) => {
    const send = (type: string, body: string) =>
      outgoing.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(body);
    if (incoming.url === '/') {
      send('text/html', PAGE);
      return;
    }
    if (incoming.url === '/page.js') {
      send('text/javascript', code);
      return;
    }
    const { method, headers } = incoming;
    const passed = request(new URL(incoming.url ?? '/', upstream), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
