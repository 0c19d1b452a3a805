import { describe, expect, it } from 'vitest';
import {
  decodeBhttpRequest,
  decodeBhttpResponse,
  encodeBhttpRequest,
  encodeBhttpResponse,
  type Field,
  ResponseReader,
} from '../../../wire/index.js';
import { bytes, hex, textOf, utf8, vectors } from '../fixture.js';

const V = vectors<Record<string, string>>('bhttp');
const lines = (fields: readonly Field[]) =>
  fields.map(({ name, value }) => `${textOf(name)}: ${textOf(value)}`);
const requestOf = (text: string) => {
  const { method, scheme, authority, path, headers, content, trailers } = decodeBhttpRequest(bytes(text));
  const control = [method, scheme, authority, path].map(textOf);
  return { control, headers: lines(headers), content: textOf(content), trailers: lines(trailers) };
};

/** RFC 9292 §5.1. */
const REQUEST = {
  control: ['GET', 'https', '', '/hello.txt'],
  headers: [
    'user-agent: curl/7.16.3 libcurl/7.16.3 OpenSSL/0.9.7l zlib/1.2.3',
    'host: www.example.com',
    'accept-language: en, mi',
  ],
  content: '',
  trailers: [],
};

describe('the request of RFC 9292 §5.1', () => {
  const known = V['requestKnown']!;
  const indeterminate = V['requestIndeterminate']!;

  it('reads the same in both framings', () => {
    expect(requestOf(known)).toEqual(REQUEST);
    expect(requestOf(indeterminate)).toEqual(REQUEST);
  });

  it('may lack its two last bytes, its empty content and trailers', () => {
    expect(requestOf(known.slice(0, -2))).toEqual(REQUEST);
    expect(requestOf(known.slice(0, -4))).toEqual(REQUEST);
  });

  it('may lack up to twelve bytes of its padded form', () => {
    for (let bytesOff = 1; bytesOff <= 12; bytesOff++) {
      expect(requestOf(indeterminate.slice(0, -2 * bytesOff))).toEqual(REQUEST);
    }
  });

  it('is written byte for byte, but for the padding', () => {
    const request = decodeBhttpRequest(bytes(known));
    expect(hex(encodeBhttpRequest(request))).toBe(known);
    expect(hex(encodeBhttpRequest(request, 'indeterminate-length'))).toBe(indeterminate.slice(0, -20));
  });
});

describe('the response with interim ones of RFC 9292 §5.2', () => {
  const text = V['responseIndeterminate']!;
  const response = decodeBhttpResponse(bytes(text));

  it('reads with its informational responses', () => {
    expect(response.informational.map(({ status, headers }) => [status, ...lines(headers)])).toEqual([
      [102, 'running: "sleep 15"'],
      [103, 'link: </style.css>; rel=preload; as=style', 'link: </script.js>; rel=preload; as=script'],
    ]);
    expect(response.status).toBe(200);
    expect(lines(response.headers)).toEqual([
      'date: Mon, 27 Jul 2009 12:28:53 GMT',
      'server: Apache',
      'last-modified: Wed, 22 Jul 2009 19:15:56 GMT',
      'etag: "34aa387-d-1568eb00"',
      'accept-ranges: bytes',
      'content-length: 51',
      'vary: Accept-Encoding',
      'content-type: text/plain',
    ]);
    expect(textOf(response.content)).toBe('Hello World! My content includes a trailing CRLF.\r\n');
    expect(response.trailers).toEqual([]);
  });

  it('is written byte for byte', () => {
    expect(hex(encodeBhttpResponse(response, 'indeterminate-length'))).toBe(text);
  });

  it('reads as a stream', () => {
    const reader = new ResponseReader();
    const content = reader.push(bytes(text)).map(textOf).join('');
    reader.end();
    expect(content).toBe(textOf(response.content));
    expect(reader.head).toMatchObject({ status: 200, informational: [{ status: 102 }, { status: 103 }] });
  });
});

describe('the known-length response of RFC 9292 §5.2', () => {
  const text = V['responseKnown']!;

  it('reads with its trailer', () => {
    const response = decodeBhttpResponse(bytes(text));
    expect(response).toMatchObject({ status: 200, informational: [], headers: [] });
    expect(textOf(response.content)).toBe('This content contains CRLF.\r\n');
    expect(lines(response.trailers)).toEqual(['trailer: text']);
    expect(hex(encodeBhttpResponse(response))).toBe(text);
  });
});

describe('the smallest messages', () => {
  it('leave off everything that is empty', () => {
    expect(requestOf(V['tinyRequest']!)).toEqual({
      control: ['GET', 'https', 'example.com', '/'],
      headers: [],
      content: '',
      trailers: [],
    });
    expect(decodeBhttpResponse(bytes(V['tinyResponse']!))).toMatchObject({ status: 200, headers: [] });
  });
});

describe('an indeterminate-length request', () => {
  it('has its pieces of content put together inside its own bytes', () => {
    const head = '0204504f535405687474707300016100';
    const message = bytes(`${head}0361626302646501660000`);
    const { content } = decodeBhttpRequest(message);
    expect(textOf(content)).toBe('abcdef');
    expect(content.buffer).toBe(message.buffer);
    message.fill(0);
    expect([...content]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is written with its content in one piece, and with trailers', () => {
    const request = {
      ...{ method: utf8('POST'), scheme: utf8('https'), authority: utf8(''), path: utf8('/a') },
      ...{ headers: [], content: utf8('abc'), trailers: [{ name: utf8('t'), value: utf8('1') }] },
    };
    const message = encodeBhttpRequest(request, 'indeterminate-length');
    expect(hex(message).endsWith('0003616263000174013100')).toBe(true);
    expect(decodeBhttpRequest(message)).toEqual(request);
  });
});
