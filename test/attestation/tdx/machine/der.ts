/** Writes the little DER that a PCK certificate's SGX extensions need. */

export type Der = Uint8Array<ArrayBuffer>;

function element(tag: number, content: Uint8Array): Der {
  const length = content.length;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.of(tag, ...head, ...content);
}

export function sequence(...items: readonly Uint8Array[]): Der {
  return element(0x30, new Uint8Array(Buffer.concat(items)));
}

export function octets(content: Uint8Array): Der {
  return element(0x04, content);
}

export function integer(value: number): Der {
  const digits: number[] = [];
  for (let rest = value; rest > 0 || digits.length === 0; rest = Math.floor(rest / 256))
    digits.unshift(rest % 256);
  return element(0x02, Uint8Array.from(digits[0]! >= 0x80 ? [0, ...digits] : digits));
}

export function enumerated(value: number): Der {
  return element(0x0a, Uint8Array.of(value));
}

export function oid(dotted: string): Der {
  const [a = 0, b = 0, ...rest] = dotted.split('.').map(Number);
  const arcs = [40 * a + b, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return element(0x06, Uint8Array.from(arcs));
}
