import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BhttpRequest,
  decodeBhttpRequest,
  decodeBhttpResponse,
  encodeBhttpRequest,
  encodeBhttpResponse,
} from '../../../wire/index.js';
import { bytes, coded, codeOf, hex, utf8, vectors } from '../fixture.js';

const hexOf = (text: string) => hex(utf8(text));
const prefixed = (text: string) => text.length.toString(16).padStart(2, '0') + hexOf(text);
const CONTROL = prefixed('POST') + prefixed('https') + prefixed('') + prefixed('/');
/** A known-length request with one header line, given as hexadecimal. */
const withLine = (line: string) =>
  `00${CONTROL}${(line.length / 2).toString(16).padStart(2, '0')}${line}0000`;

describe('a request', () => {
  it.each([
    [`01${CONTROL}`, 'a framing indicator of responses'],
    [`04${CONTROL}`, 'an unknown framing indicator'],
    [`00${prefixed('')}${prefixed('https')}${prefixed('')}${prefixed('/')}`, 'an empty method'],
    [`00${CONTROL}00000001`, 'padding that is not zero'],
    [withLine(prefixed('') + prefixed('v')), 'an empty field name'],
    [withLine(prefixed('Name') + prefixed('v')), 'a field name with capitals'],
    [withLine(prefixed('na me') + prefixed('v')), 'a field name with a space'],
    [withLine(prefixed(':path') + prefixed('v')), 'a pseudo-field'],
    [withLine(`02c3bc${prefixed('v')}`), 'a field name beyond ASCII'],
    [withLine(prefixed('name') + prefixed('a\r\nb: c')), 'a line end in a field value'],
    [withLine(`${prefixed('name')}0100`), 'a zero byte in a field value'],
    [withLine(`${prefixed('name')}05${hexOf('abc')}`), 'a line longer than its section'],
    [withLine('41'), 'a section that ends inside a length'],
  ])('%s (%s) is bhttp-malformed', (text) => {
    expect(() => decodeBhttpRequest(bytes(text))).toThrow(coded('bhttp-malformed'));
  });

  it.each([
    ['', 'nothing'],
    [`00${CONTROL.slice(0, -2)}`, 'no path'],
    [`00${CONTROL}05`, 'headers that do not come'],
    [`00${CONTROL}0005aabb`, 'content that ends too early'],
    [`00${CONTROL}00ffffffffffffffff`, 'a length beyond all numbers'],
    [`02${CONTROL}0002aabb`, 'pieces of content without their end'],
    [`02${CONTROL}0161`, 'a field line without a value'],
    [`02${CONTROL}${prefixed('a')}${prefixed('b')}`, 'field lines without their end'],
  ])('%s (%s) is bhttp-truncated', (text) => {
    expect(() => decodeBhttpRequest(bytes(text))).toThrow(coded('bhttp-truncated'));
  });
});

describe('a response', () => {
  it.each([
    ['0040c8', 'a framing indicator of requests'],
    ['014063', 'status 99'],
    ['014258', 'status 600'],
    ['0140c80000000001', 'padding that is not zero'],
  ])('%s (%s) is bhttp-malformed', (text) => {
    expect(() => decodeBhttpResponse(bytes(text))).toThrow(coded('bhttp-malformed'));
  });

  it.each(['01', '0140', '01406400', '0140c801', '0340c80002aa'])('%s is bhttp-truncated', (text) => {
    expect(() => decodeBhttpResponse(bytes(text))).toThrow(coded('bhttp-truncated'));
  });
});

describe('any message', () => {
  const tokenOf = (letters: string) =>
    fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 9 });
  const field = fc.record({
    name: tokenOf('abz09-_!~').map(utf8),
    value: fc.string({ maxLength: 80 }).map((text) => utf8(text)),
  });
  const request: fc.Arbitrary<BhttpRequest> = fc.record({
    method: tokenOf('POSTGET').map(utf8),
    scheme: fc.constant(utf8('https')),
    authority: fc.string({ maxLength: 9 }).map(utf8),
    path: fc.string({ maxLength: 80 }).map(utf8),
    headers: fc.array(field, { maxLength: 4 }),
    content: fc.uint8Array({ maxLength: 200 }),
    trailers: fc.array(field, { maxLength: 2 }),
  });
  const framing = fc.constantFrom('known-length', 'indeterminate-length');

  it('reads back as it was written, whatever the framing and the padding', () => {
    fc.assert(
      fc.property(request, framing, fc.nat(70), (message, how, padding) => {
        const encoded = encodeBhttpRequest(message, how);
        const padded = new Uint8Array(encoded.length + padding);
        padded.set(encoded);
        expect(decodeBhttpRequest(padded)).toEqual(message);
      }),
    );
  });

  it('reads back as a response too', () => {
    const response = fc.record({
      informational: fc.array(
        fc.record({ status: fc.integer({ min: 100, max: 199 }), headers: fc.array(field, { maxLength: 2 }) }),
        { maxLength: 2 },
      ),
      status: fc.integer({ min: 200, max: 599 }),
      headers: fc.array(field, { maxLength: 3 }),
      content: fc.uint8Array({ maxLength: 200 }),
      trailers: fc.array(field, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(response, framing, (message, how) => {
        expect(decodeBhttpResponse(encodeBhttpResponse(message, how))).toEqual(message);
      }),
    );
  });

  it('of random bytes is read or refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
        for (const decode of [decodeBhttpRequest, decodeBhttpResponse]) {
          expect(codeOf(() => decode(data)) ?? 'bhttp-').toMatch(/^bhttp-/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('cut off at any byte is the same message or refused with a code', () => {
    for (const [name, text] of Object.entries(vectors<Record<string, string>>('bhttp'))) {
      const decode = name.includes('equest') ? decodeBhttpRequest : decodeBhttpResponse;
      const whole = bytes(text);
      for (let length = 0; length < whole.length; length++) {
        const code = codeOf(() => decode(whole.slice(0, length)));
        expect(code ?? 'bhttp-truncated', `${name}, ${length} bytes`).toMatch(
          /^bhttp-(truncated|malformed)$/,
        );
      }
    }
  });
});
