import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { padRequest, REQUEST_CLASSES, requestClass } from '../../wire/index.js';
import { coded } from './fixture.js';

describe('the size classes', () => {
  it('are these, in bytes', () => {
    expect(REQUEST_CLASSES).toEqual([
      ...[1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576],
      ...[32768, 49152, 65536, 98304, 131072, 196608, 262144, 278528],
    ]);
  });

  it('take a length to the smallest class that holds it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 278528 }), (length) => {
        const size = requestClass(length);
        expect(REQUEST_CLASSES).toContain(size);
        expect(size).toBeGreaterThanOrEqual(length);
        expect(REQUEST_CLASSES.filter((smaller) => smaller >= length)[0]).toBe(size);
      }),
    );
  });

  it('cost at most half of a message that is larger than the first', () => {
    for (const [i, size] of REQUEST_CLASSES.entries()) {
      if (i > 0) expect(size / (REQUEST_CLASSES[i - 1]! + 1)).toBeLessThan(1.5);
    }
  });

  it('end at 272 KiB', () => {
    expect(requestClass(278528)).toBe(278528);
    expect(() => requestClass(278529)).toThrow(coded('request-too-large'));
  });
});

describe('padding', () => {
  it('is of zeros behind the message', () => {
    const padded = padRequest(new Uint8Array(1025).fill(1));
    expect(padded).toHaveLength(1536);
    expect(padded.subarray(0, 1025).every((byte) => byte === 1)).toBe(true);
    expect(padded.subarray(1025).every((byte) => byte === 0)).toBe(true);
  });
});
