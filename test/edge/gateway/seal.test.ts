/** The sealed stream between a machine that answers and a relay that reads. */
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sealedStream } from '../../../edge/gateway/seal.js';
import {
  ChunkedRequestOpener,
  ChunkedRequestSealer,
  type ChunkedResponseOpener,
  KEM_X25519,
  OFFERED_SUITES,
  portableX25519,
  x25519KeyPair,
} from '../../../wire/index.js';

const EMPTY = new Uint8Array(0);

function sealed(body: Readable): { readonly stream: Readable; readonly opener: ChunkedResponseOpener } {
  const pair = x25519KeyPair(portableX25519.generate());
  const config = { keyId: 1, kem: KEM_X25519, publicKey: pair.publicKey, suites: OFFERED_SUITES } as const;
  const request = new ChunkedRequestSealer(config);
  const message = Buffer.concat([request.start, request.final(EMPTY)]);
  const sealer = new ChunkedRequestOpener(pair, config, message).response();
  return { stream: sealedStream({ status: 200, headers: [], body }, sealer), opener: request.response() };
}

describe('a sealed stream', () => {
  it('opens to what the machine sent, and ends with a final chunk', async () => {
    const { stream, opener } = sealed(Readable.from([Buffer.from('one'), Buffer.from('two')]));
    const opened: Buffer[] = [];
    for await (const bytes of stream) opened.push(...opener.push(bytes).map((plain) => Buffer.from(plain)));
    opened.push(Buffer.from(opener.end()));
    expect(Buffer.concat(opened).toString('latin1')).toContain('\x03one\x03two\x00');
  });

  it('stops to read from the machine while nobody reads from it', async () => {
    let taken = 0;
    const body = new Readable({
      highWaterMark: 1024,
      read() {
        taken += 1024;
        this.push(taken > 2 ** 20 ? null : Buffer.alloc(1024));
      },
    });
    const { stream } = sealed(body);
    for (let i = 0; i < 2_000; i++) await turn();
    expect(taken).toBeLessThan(2 ** 17);
    let read = 0;
    for await (const bytes of stream) read += (bytes as Buffer).length;
    expect(read).toBeGreaterThan(2 ** 20);
  });

  it('breaks off without a final chunk when the machine does', async () => {
    const body = new PassThrough();
    const { stream, opener } = sealed(body);
    body.write('half');
    const failed = once(stream, 'error');
    const parts: Buffer[] = [];
    stream.on('data', (bytes: Buffer) => {
      parts.push(bytes);
      if (parts.length === 2) body.destroy(new Error('the machine is gone'));
    });
    expect(await failed).toMatchObject([{ message: 'the machine is gone' }]);
    for (const bytes of parts) opener.push(bytes);
    expect(() => opener.end()).toThrow(expect.objectContaining({ code: 'ohttp-truncated' }));
  });

  it('lets go of the machine when the reader leaves', async () => {
    const body = new PassThrough();
    const { stream } = sealed(body);
    stream.destroy();
    await once(body, 'close');
    expect(body.destroyed).toBe(true);
  });
});
