import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { Message } from '../../../model/onnx/protobuf.js';

/** Fields as protobufjs, an independent reader, finds them. */
function read(bytes: Uint8Array): [number, unknown][] {
  const reader = protobuf.Reader.create(bytes);
  const fields: [number, unknown][] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const kind = tag & 7;
    if (kind === 0) fields.push([tag >>> 3, BigInt(reader.int64().toString())]);
    else if (kind === 5) fields.push([tag >>> 3, reader.float()]);
    else fields.push([tag >>> 3, [...reader.bytes()]]);
  }
  return fields;
}

const field = fc.integer({ min: 1, max: 2000 });

describe('a protobuf message', () => {
  it('has integers of any size and sign', () => {
    fc.assert(
      fc.property(field, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (number, value) => {
        expect(read(new Message().int(number, value).finish())).toEqual([[number, value]]);
      }),
    );
  });

  it('has bytes, strings and messages in the order of the calls', () => {
    fc.assert(
      fc.property(field, fc.uint8Array({ maxLength: 300 }), fc.string(), (number, bytes, text) => {
        const inner = new Message().add(1, bytes);
        const message = new Message().add(number, bytes).add(2, text).add(3, inner);
        expect(read(message.finish())).toEqual([
          [number, [...bytes]],
          [2, [...new TextEncoder().encode(text)]],
          [3, [...inner.finish()]],
        ]);
      }),
    );
  });

  it('has 32-bit floats', () => {
    expect(read(new Message().float(2, 0.25).float(2, -1e10).finish())).toEqual([
      [2, 0.25],
      [2, Math.fround(-1e10)],
    ]);
  });
});
