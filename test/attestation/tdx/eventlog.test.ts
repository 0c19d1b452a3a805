import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type BootEvent,
  parseEventLog,
  replayEventLog,
  type VerifiedQuote,
  verifyEventLog,
  verifyTdxQuote,
} from '../../../attestation/tdx/index.js';
import { type LogEvent, writeLog } from './machine/eventlog.js';
import { machine } from './machine/index.js';
import { codeOf, flipped } from './results.js';
import { vector } from './vectors.js';

const LOG = vector('cos-113.ccel.bin');
const OTHER = vector('cos-113-dupe-separator.ccel.bin');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** What go-eventlog's own tests say that these logs replay to. */
const RTMRS = [
  '3fa2f61f395b7f5feefb4ec2df61297f109ad8abcd6410c1b7df60f21f37b19297fc35e544039c7e1edece752afd17f6',
  'f62dbc072bd5d3f3438b7b35c39a727f5aea2ffc2473f43723953f530daf62504f0a7944aa62c41a86e8a878c2b122c1',
  '4969684dc87381fc3b3134176c8d8806eaf0a901859f5f70cfae8d17714b46c10a8de219048c9fc09f11f381a6fbe7c1',
  '00'.repeat(48),
];
const OTHER_RTMRS = [
  'a4de2df23e9611299123ba4359c42a5e578b0f8488bf1bba8ef5606d9ea5d81c97c064b482a5eac537d166bd0f0f752d',
  '0ee9366c928a77092f55e9e114c7394181fd264699155f0df77d23577618d5f650568a17d379355a07bd846e552f4e20',
];

/** A verified quote whose RTMRs are what that log replays to. */
async function quoteOf(log: Uint8Array): Promise<VerifiedQuote> {
  const rtmrs = replayEventLog(parseEventLog(log));
  return (await verifyTdxQuote(await machine({ fields: { rtmrs } }))).quote!;
}

describe('the event log of a real boot', () => {
  it('replays to the RTMRs that its source gives', () => {
    expect(replayEventLog(parseEventLog(LOG)).map(hex)).toEqual(RTMRS);
    expect(replayEventLog(parseEventLog(OTHER)).map(hex).slice(0, 2)).toEqual(OTHER_RTMRS);
  });

  it('ends where its padding begins, with or without it', () => {
    expect(parseEventLog(LOG)).toHaveLength(43);
    expect(parseEventLog(OTHER)).toHaveLength(43);
    expect(parseEventLog(Uint8Array.of(...OTHER, ...new Uint8Array(99)))).toHaveLength(43);
    expect(parseEventLog(Uint8Array.of(...OTHER, ...new Uint8Array(99).fill(0xff)))).toHaveLength(43);
  });

  describe('under a quote of that boot', () => {
    let quote: VerifiedQuote;
    let events: readonly BootEvent[];
    beforeAll(async () => {
      quote = await quoteOf(LOG);
      events = verifyEventLog(LOG, quote);
    });
    const lines = (type: string) => events.filter((event) => event.type === type);

    it('can be read: firmware, secure boot, boot loader, kernel and its command line', () => {
      expect(lines('EV_EFI_PLATFORM_FIRMWARE_BLOB2')[0]?.description).toContain(
        'at 0xffe00000, 131072 bytes',
      );
      expect(lines('EV_EFI_VARIABLE_DRIVER_CONFIG')[0]).toMatchObject({
        rtmr: 0,
        description: 'SecureBoot (8be4df61-93ca-11d2-aa0d-00e098032b8c) = 00',
        proven: true,
      });
      expect(lines('EV_EFI_GPT_EVENT')[0]?.description).toMatch(/^disk e0c6c56e-.*: STATE, KERN-A, ROOT-A/);
      expect(lines('EV_EFI_BOOT_SERVICES_APPLICATION').map(({ description }) => description)).toEqual([
        '2.1/1.1/3.17/partition 12/\\EFI\\BOOT\\BOOTX64.EFI (924688 bytes)',
        '\\EFI\\BOOT\\grub-lakitu.efi (743168 bytes)',
      ]);
      const commandLine = events.find(({ description }) => description.startsWith('kernel_cmdline: '));
      expect(commandLine).toMatchObject({ rtmr: 2, type: 'EV_IPL', proven: true });
    });

    it('says which descriptions are proven: code and tables are only named', () => {
      const unproven = new Set(events.filter(({ proven }) => !proven).map(({ type }) => type));
      expect(unproven).toEqual(
        new Set([
          'EV_EFI_HANDOFF_TABLES2',
          'EV_EFI_PLATFORM_FIRMWARE_BLOB2',
          'EV_PLATFORM_CONFIG_FLAGS',
          'EV_EFI_VARIABLE_BOOT',
          'EV_EFI_BOOT_SERVICES_APPLICATION',
          'EV_IPL',
        ]),
      );
    });

    it('is refused under a quote of another boot', async () => {
      const other = await quoteOf(OTHER);
      expect(codeOf(() => verifyEventLog(LOG, other))).toBe('eventlog-mismatch');
    });

    it('with any bit of a digest or a register flipped is refused', () => {
      const [first] = parseEventLog(LOG);
      const digestAt = first!.digest.byteOffset - LOG.byteOffset;
      for (let i = 0; i < 48; i += 1) {
        expect(codeOf(() => verifyEventLog(flipped(LOG, digestAt + i, i % 8), quote))).toBe(
          'eventlog-mismatch',
        );
      }
      expect(codeOf(() => verifyEventLog(flipped(LOG, digestAt - 14, 1), quote))).toBe('eventlog-mismatch');
    });

    it('with any bit of it flipped is refused, or tells nothing proven that was not measured', () => {
      for (let offset = 0; offset < 18_200; offset += 17) {
        let read: readonly BootEvent[] = [];
        const code = codeOf(() => {
          read = verifyEventLog(flipped(LOG, offset, offset % 8), quote);
        });
        expect(code, `byte ${offset}`).toMatch(/^(accepted|eventlog-\w+)$/);
        // What an event is called is nowhere measured; under its own name it may say only what it said before.
        const changed = read.filter(
          ({ type, proven, description }, i) =>
            proven && type === events[i]!.type && description !== events[i]!.description,
        );
        expect(changed, `byte ${offset}`).toEqual([]);
      }
    }, 60_000);
  });
});

describe('an event log', () => {
  const event: LogEvent = { register: 1, type: 4, data: new Uint8Array(4) };
  it.each<[string, string, () => Uint8Array]>([
    ['nothing', 'eventlog-malformed', () => new Uint8Array(0)],
    ['no header', 'eventlog-malformed', () => writeLog([event]).slice(65)],
    [
      'the header of an old log',
      'eventlog-malformed',
      () => writeLog([event], { signature: 'Spec ID Event02\0' }),
    ],
    ['no SHA-384', 'eventlog-algorithm', () => writeLog([], { algorithms: [[0x0b, 32]] })],
    ['SHA-384 of another length', 'eventlog-algorithm', () => writeLog([], { algorithms: [[0x0c, 32]] })],
    [
      'too many algorithms',
      'eventlog-malformed',
      () => writeLog([], { algorithms: Array.from({ length: 17 }, (_, i) => [i, 48]) }),
    ],
    [
      'an algorithm twice',
      'eventlog-malformed',
      () =>
        writeLog([], {
          algorithms: [
            [0x0c, 48],
            [0x0c, 48],
          ],
        }),
    ],
    ['an event of MRTD', 'eventlog-register', () => writeLog([{ ...event, register: 0 }])],
    ['an event of a fifth RTMR', 'eventlog-register', () => writeLog([{ ...event, register: 5 }])],
    ['an event of another algorithm', 'eventlog-malformed', () => writeLog([{ ...event, algorithm: 0x0b }])],
    ['an event that is cut', 'eventlog-malformed', () => writeLog([event]).slice(0, -1)],
    ['too many bytes', 'eventlog-malformed', () => new Uint8Array(4 * 1024 * 1024 + 1)],
  ])('with %s is refused as %s', (_, code, log) => {
    expect(codeOf(() => parseEventLog(log()))).toBe(code);
  });

  it('with a count of digests that is not its own is refused', () => {
    const log = writeLog([event]);
    const two = log.slice();
    two[log.length - 4 - 4 - 48 - 2 - 4] = 2;
    expect(codeOf(() => parseEventLog(two))).toBe('eventlog-malformed');
  });

  it('may hold events that measure nothing', () => {
    expect(parseEventLog(writeLog([{ ...event, type: 3, register: 0 }, event]))).toHaveLength(1);
  });

  it('shows hostile text harmlessly', async () => {
    const text = '\u001b[31mred\u0000\u202e<b>';
    const log = writeLog([{ register: 3, type: 0x0d, data: new TextEncoder().encode(text) }]);
    const [shown] = verifyEventLog(log, await quoteOf(log));
    expect(shown!.description).toMatch(/^[\x20-\x7e]*$/);
    expect(shown!.description).toContain('\\x1b[31mred');
  });

  it('shows what it cannot decode as it is', async () => {
    const types = [
      4, 6, 0x8000_0001, 0x8000_0003, 0x8000_0006, 0x8000_0008, 0x8000_000a, 0x8000_0009, 0x8000_000b,
    ];
    const log = writeLog(types.map((type) => ({ register: 1, type, data: Uint8Array.of(0xff, 0xff) })));
    const shown = verifyEventLog(log, await quoteOf(log));
    expect(shown.map(({ description }) => description)).toEqual(types.map(() => 'undecodable: ffff'));
  });

  it('of any events is read without failing', async () => {
    const events = fc.array(
      fc.record({
        register: fc.integer({ min: 1, max: 4 }),
        type: fc.oneof(fc.integer({ min: 4, max: 20 }), fc.integer({ min: 0x8000_0000, max: 0x8000_000d })),
        data: fc.uint8Array({ maxLength: 200 }),
      }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(events, async (list) => {
        const log = writeLog(list);
        const rtmrs = replayEventLog(parseEventLog(log));
        expect(verifyEventLog(log, { rtmrs } as unknown as VerifiedQuote)).toHaveLength(list.length);
      }),
    );
  });

  it('of any bytes is read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(400), (bytes, at) => {
        const log = writeLog([event, event]);
        log.set(bytes.subarray(0, Math.max(0, log.length - at)), Math.min(at, log.length));
        expect(codeOf(() => parseEventLog(log))).toMatch(/^(accepted|eventlog-\w+)$/);
      }),
    );
  });
});
