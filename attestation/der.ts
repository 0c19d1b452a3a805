/**
 * A strict reader of DER (X.690 §10, §11): definite lengths in their shortest form, one-byte tags, nothing left over.
 * It knows bytes only; every mistake is a `DerError`, which callers turn into the code of what they were reading.
 */

/** The bytes are not the DER that was expected. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** Tags as they appear on the wire, class and constructed bit included. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  explicit0: 0xa0,
  explicit3: 0xa3,
} as const;

/** One element: `content` and `whole` (tag and length included) are views into the bytes that were read. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Reads the elements of one level one after another. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** The next element, whatever it is. */
  next(): DerElement {
    const start = this.#offset;
    const tag = this.#byte();
    if ((tag & 0x1f) === 0x1f) throw new DerError('multi-byte tag');
    const length = this.#length();
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw new DerError('length past the end');
    const content = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return { tag, content, whole: this.#bytes.subarray(start, end) };
  }

  /** The next element, which must carry `tag`. */
  expect(tag: number): DerElement {
    const element = this.next();
    if (element.tag !== tag) throw new DerError(`tag ${element.tag} where ${tag} was expected`);
    return element;
  }

  /** The next element if it carries `tag`; otherwise nothing is read. */
  optional(tag: number): DerElement | undefined {
    return !this.done && this.#bytes[this.#offset] === tag ? this.next() : undefined;
  }

  /** A reader inside the next element, which must carry `tag`. */
  enter(tag: number): DerReader {
    return new DerReader(this.expect(tag).content);
  }

  /** Nothing may be left at this level. */
  end(): void {
    if (!this.done) throw new DerError('trailing bytes');
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw new DerError('truncated');
    this.#offset += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 3) throw new DerError('indefinite or oversized length');
    let length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError('length not in its shortest form');
    return length;
  }
}

/** An unsigned INTEGER as big-endian bytes without leading zeros. */
export function unsignedInteger(element: DerElement): Uint8Array {
  const { content } = element;
  const first = content[0];
  if (first === undefined || first >= 0x80) throw new DerError('empty or negative integer');
  if (content.length > 1 && first === 0) {
    if (content[1]! < 0x80) throw new DerError('integer not in its shortest form');
    return content.subarray(1);
  }
  return content;
}

/** An INTEGER of 0 to 255. */
export function byteInteger(element: DerElement): number {
  const bytes = unsignedInteger(element);
  if (bytes.length !== 1) throw new DerError('integer above 255');
  return bytes[0]!;
}

/** A BIT STRING of whole octets. */
function octetsOfBitString(element: DerElement): Uint8Array {
  if (element.content[0] !== 0) throw new DerError('bit string with unused bits');
  return element.content.subarray(1);
}

/** What certificates and revocation lists have around them: the signed part, the algorithm, the signature (RFC 5280 §4.1, §5.1). */
export function readSigned(der: Uint8Array): {
  readonly signed: DerElement;
  readonly algorithm: DerElement;
  readonly signature: Uint8Array;
} {
  const file = new DerReader(der);
  const outer = file.enter(Tag.sequence);
  file.end();
  const signed = outer.expect(Tag.sequence);
  const algorithm = outer.expect(Tag.sequence);
  const signature = octetsOfBitString(outer.expect(Tag.bitString));
  outer.end();
  return { signed, algorithm, signature };
}

/** An OBJECT IDENTIFIER in dotted form. */
export function dottedOid(element: DerElement): string {
  const { content } = element;
  if (content.length === 0 || content[content.length - 1]! >= 0x80)
    throw new DerError('bad object identifier');
  const arcs: number[] = [];
  let arc = 0;
  let fresh = true;
  for (const byte of content) {
    if (fresh && byte === 0x80) throw new DerError('object identifier not in its shortest form');
    arc = arc * 128 + (byte & 0x7f);
    if (arc > 0xffff_ffff) throw new DerError('object identifier arc too large');
    fresh = byte < 0x80;
    if (fresh) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

/** UTCTime or GeneralizedTime in the forms RFC 5280 §4.1.2.5 allows: to the second, in UTC. */
export function time(element: DerElement): Date {
  const text = ascii(element.content);
  const utc = element.tag === Tag.utcTime;
  if (!utc && element.tag !== Tag.generalizedTime) throw new DerError('neither UTCTime nor GeneralizedTime');
  const digits = utc ? text : text.slice(2);
  if (!/^\d{12}Z$/.test(digits) || (!utc && !/^\d\d/.test(text))) throw new DerError('bad time');
  const [yy, month, day, hour, minute, second] = digits.match(/\d\d/g)!.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const century = utc ? (yy < 50 ? 20 : 19) : Number(text.slice(0, 2));
  const date = new Date(0);
  date.setUTCFullYear(century * 100 + yy, month - 1, day);
  date.setUTCHours(hour, minute, second);
  if (
    date.getUTCMonth() !== month - 1 ||
    date.getUTCDate() !== day ||
    hour > 23 ||
    minute > 59 ||
    second > 59
  ) {
    throw new DerError('no such time');
  }
  return date;
}

/** ASCII text; anything above 0x7f is an error. */
export function ascii(bytes: Uint8Array): string {
  if (bytes.some((byte) => byte > 0x7f)) throw new DerError('not ASCII');
  return String.fromCharCode(...bytes);
}
