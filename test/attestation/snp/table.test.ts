import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCertificateTable, writeCertificateTable } from '../../../attestation/snp/abi/index.js';

const malformed = expect.objectContaining({ code: 'snp-table-malformed' });
const blob = fc.uint8Array({ minLength: 1, maxLength: 50 });
const tables = fc.record({ vcek: blob, vlek: blob, ask: blob, ark: blob }, { requiredKeys: [] });
const GUID = Buffer.from('63da758de6644564adc5f4b93be8accd', 'hex');

/** A table of raw entries; the terminator and `data` follow. */
function raw(entries: [guid: Uint8Array, offset: number, length: number][], data = 100): Uint8Array {
  const bytes = new Uint8Array((entries.length + 1) * 24 + data).fill(7);
  bytes.fill(0, entries.length * 24, (entries.length + 1) * 24);
  const view = new DataView(bytes.buffer);
  entries.forEach(([guid, offset, length], i) => {
    bytes.set(guid, i * 24);
    view.setUint32(i * 24 + 16, offset, true);
    view.setUint32(i * 24 + 20, length, true);
  });
  return bytes;
}

describe('the certificate table', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(readCertificateTable(writeCertificateTable(table))).toEqual(table);
      }),
    );
  });

  it('has the GUIDs of the GHCB specification, in the order of their text', () => {
    expect(readCertificateTable(raw([[GUID, 48, 3]]))).toEqual({ vcek: Uint8Array.of(7, 7, 7) });
  });

  it('may hold entries that we do not know', () => {
    expect(readCertificateTable(raw([[new Uint8Array(16).fill(1), 48, 3]]))).toEqual({});
  });

  it.each<[string, Uint8Array]>([
    ['without an end', new Uint8Array(24).fill(1)],
    ['of no bytes', new Uint8Array(0)],
    ['with an offset into its entries', raw([[GUID, 24, 3]])],
    ['with a certificate past its end', raw([[GUID, 48, 101]])],
    ['with lengths that overflow 32 bits', raw([[GUID, 0xffff_ffff, 0xffff_ffff]])],
    [
      'with a certificate twice',
      raw([
        [GUID, 72, 1],
        [GUID, 73, 1],
      ]),
    ],
    [
      'with too many entries',
      raw(Array.from({ length: 17 }, (_, i) => [new Uint8Array(16).fill(i + 1), 432, 1])),
    ],
    ['too long', new Uint8Array(256 * 1024 + 1)],
  ])('is refused %s', (_, bytes) => {
    expect(() => readCertificateTable(bytes)).toThrow(malformed);
  });

  it('of any bytes is read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          readCertificateTable(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'snp-table-malformed' });
        }
      }),
    );
  });
});
