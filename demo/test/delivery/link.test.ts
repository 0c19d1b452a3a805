import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parseFrame, parseValue } from '../../delivery/answer.js';
import { Link, type Socket } from '../../delivery/link.js';
import { LinkError, type LinkErrorCode } from '../../delivery/link-error.js';
import { parseRequest } from '../../delivery/request.js';

const GROUP = 'a'.repeat(32);
const malformed = expect.objectContaining({ name: 'LinkError', code: 'answer-malformed' });

describe('a frame of the service', () => {
  it.each([
    '{"re":1,"ok":true,"value":null}',
    '{"re":1,"ok":false,"code":"storage-full"}',
    `{"push":"entry","group":"${GROUP}","entry":{"seq":3,"bytes":"AAAA"}}`,
    `{"push":"pulse","heads":{"${GROUP}":{"seq":3,"ended":false}}}`,
    '{"push":"presence","people":[{"person":"anna","online":true,"ready":false}]}',
  ])('is taken: %s', (frame) => {
    expect(parseFrame(frame)).toEqual(JSON.parse(frame));
  });

  it.each([
    '',
    'null',
    '[]',
    '7',
    '{"re":1,"ok":true}',
    '{"re":-1,"ok":true,"value":null}',
    '{"re":1,"ok":false,"code":"anything"}',
    '{"re":1,"ok":true,"value":null,"push":"entry"}',
    '{"push":"toString"}',
    `{"push":"entry","group":"${GROUP}","entry":{"seq":3,"bytes":"A"}}`,
    `{"push":"entry","group":"../..","entry":{"seq":3,"bytes":"AAAA"}}`,
    `{"push":"pulse","heads":{"${GROUP}":3}}`,
    '{"push":"pulse","heads":{"__proto__":{"seq":3,"ended":false}}}',
  ])('is refused: %s', (frame) => {
    expect(() => parseFrame(frame)).toThrow(malformed);
  });

  it('is taken or refused with the code, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (frame) => {
        try {
          parseFrame(frame);
        } catch (error) {
          if (!(error instanceof LinkError && error.code === 'answer-malformed')) throw error;
        }
      }),
    );
  });

  it('has the value that its request is answered with', () => {
    expect(parseValue('claim', 'AAAA')).toBe('AAAA');
    expect(() => parseValue('claim', 'A')).toThrow(malformed);
    expect(() => parseValue('send', '7')).toThrow(malformed);
    expect(() => parseValue('fetch', [{ seq: 1 }])).toThrow(malformed);
    expect(() => parseValue('chats', { invitations: [], heads: [] })).toThrow(malformed);
  });
});

it('base64 that no decoder takes is refused by the service, before it reaches the group', () => {
  const frame = (bytes: string) =>
    JSON.stringify({ re: 1, op: 'send', group: GROUP, id: 'b'.repeat(32), bytes });
  expect(parseRequest(frame('QUJD')).request).toMatchObject({ bytes: 'QUJD' });
  for (const bytes of ['', 'Q', 'QUJ', 'QU=J', 'QUJD\n', 'QU-_'])
    expect(() => parseRequest(frame(bytes))).toThrow('request-malformed');
});

describe('a link', () => {
  /** A service that says what it is told to say. */
  class Scripted implements Socket {
    readonly #listeners = new Map<string, ((event: { readonly data: unknown }) => void)[]>();
    readonly asked: string[] = [];
    isClosed = false;

    addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    }
    tell(type: string, data = ''): void {
      for (const listener of this.#listeners.get(type) ?? []) listener({ data });
    }
    send(data: string): void {
      this.asked.push(data);
    }
    close(): void {
      if (this.isClosed) return;
      this.isClosed = true;
      this.tell('close');
    }
  }

  let link: Link;
  afterEach(() => link.close());

  function connected() {
    const sockets: Scripted[] = [];
    const gone: LinkErrorCode[] = [];
    const pushes: unknown[] = [];
    link = new Link({
      open: () => {
        const socket = new Scripted();
        sockets.push(socket);
        return socket;
      },
      token: 'token',
      online: () => undefined,
      offline: (code) => gone.push(code),
      push: (push) => pushes.push(push),
    });
    const socket = sockets[0]!;
    socket.tell('open');
    socket.tell('message', '{"re":1,"ok":true,"value":{"person":"anna","packages":8}}');
    return { socket, gone, pushes };
  }

  it.each([
    ['is no frame', 'what?'],
    ['has a value that its request cannot have', '{"re":2,"ok":true,"value":{}}'],
    ['is a push of nothing', '{"push":"entry"}'],
  ])('is over when what comes %s, and says so once', async (_, frame) => {
    const { socket, gone, pushes } = connected();
    const asked = link.ask<'claim'>({ op: 'claim', person: 'ben' });
    socket.tell('message', frame);
    await expect(asked).rejects.toEqual(malformed);
    expect(socket.isClosed).toBe(true);
    expect(gone).toEqual(['answer-malformed']);
    socket.tell('message', `{"push":"pulse","heads":{}}`);
    expect(pushes).toEqual([]);
    await expect(link.ask<'chats'>({ op: 'chats' })).rejects.toMatchObject({ code: 'offline' });
  });

  it('hands on what is right', async () => {
    const { socket, pushes } = connected();
    const asked = link.ask<'claim'>({ op: 'claim', person: 'ben' });
    socket.tell('message', '{"re":2,"ok":true,"value":"AAAA"}');
    expect(await asked).toBe('AAAA');
    socket.tell('message', '{"push":"pulse","heads":{}}');
    expect(pushes).toEqual([{ push: 'pulse', heads: {} }]);
  });
});
