import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EdgeEvent } from '../../edge/index.js';
import { LogEntries } from '../../edge/log-entry.js';
import { manifestId, parseEntry } from '../../ledger/index.js';
import { folder, gatewayKey } from '../ledger/fixture.js';

const MANIFEST = gatewayKey(new Uint8Array(41));
const OTHER = gatewayKey(new Uint8Array(41).fill(1));

/** A log of which a test says what it does. */
class TestLog {
  up = true;
  seen = true;
  readonly entries = new Set<string>();
  appended = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      if (!this.up) return void request.socket.destroy();
      if (request.method === 'POST') {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part as Buffer);
        const { id } = parseEntry(Buffer.concat(parts));
        this.entries.add(id);
        return void response.end(JSON.stringify({ index: this.appended++, id }));
      }
      const id = request.url!.split('/').at(-1)!;
      if (!this.entries.has(id)) return void response.writeHead(404).end();
      return void response.writeHead(this.seen ? 200 : 503).end(id);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let log: TestLog;
let events: EdgeEvent[];
let wanted: object[];
let entries: LogEntries | undefined;
let key: string;
let url: string;

beforeEach(async () => {
  log = new TestLog();
  url = await log.start();
  events = [];
  wanted = [MANIFEST];
  key = join(folder(), 'key');
  writeFileSync(key, Buffer.alloc(32, 9));
});
afterEach(async () => {
  await entries?.stop();
  log.stop();
});

const start = async (): Promise<LogEntries> => {
  entries = await LogEntries.start(
    { url, key },
    () => wanted,
    (event) => events.push(event),
  );
  return entries;
};
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe("a party's entries in the log", () => {
  it('are brought there once, and proved', async () => {
    const kept = await start();
    expect(kept.ready).toBe(false);
    await kept.look();
    expect([kept.ready, text(kept.bundle)]).toEqual([true, manifestId(MANIFEST)]);
    await kept.look();
    expect(log.appended).toBe(1);
    expect(events).toEqual([]);
  });

  it('are not ready before the witnesses have seen them, which is nothing to complain about', async () => {
    log.seen = false;
    const kept = await start();
    await kept.look();
    expect([kept.ready, kept.bundle]).toEqual([false, undefined]);
    log.seen = true;
    await kept.look();
    expect(kept.ready).toBe(true);
    expect(events).toEqual([]);
  });

  it('follow what the party wants', async () => {
    const kept = await start();
    await kept.look();
    wanted = [OTHER];
    await kept.look();
    expect([kept.ready, kept.bundleOf(MANIFEST)]).toEqual([false, undefined]);
    await kept.look();
    expect(text(kept.bundleOf(OTHER))).toBe(manifestId(OTHER));
  });

  it('are missed once when the log is gone, and found once when it is back', async () => {
    log.up = false;
    const kept = await start();
    await kept.look();
    expect([kept.ready, events]).toEqual([false, [{ event: 'ledger-lost' }]]);
    log.up = true;
    await kept.look();
    await kept.look();
    expect([kept.ready, events]).toEqual([true, [{ event: 'ledger-lost' }, { event: 'ledger-found' }]]);
  });

  it('need a key that can be read', async () => {
    key = join(folder(), 'none');
    await expect(start()).rejects.toMatchObject({ code: 'state-unusable' });
  });
});
