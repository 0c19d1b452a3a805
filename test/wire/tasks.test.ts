import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CborValue,
  decodeTaskBody,
  encodeCbor,
  encodeTaskBody,
  LENGTHS,
  MAX_BODY_BYTES,
  MAX_MESSAGES,
  TASKS,
  type Task,
  TONES,
  taskPath,
} from '../../wire/index.js';
import { bytes, chat, coded, codeOf, flipped, hex, REQUESTS, summarize, textOf, utf8 } from './fixture.js';

const map = (entries: readonly (readonly [number, CborValue])[]): CborValue => new Map(entries);
const message = map([
  [1, utf8('Ana')],
  [2, utf8('hi')],
]);
const decode = (task: Task, body: CborValue) => decodeTaskBody(taskPath(task), encodeCbor(body));

describe('the numbers of docs/protocol.md', () => {
  it('are in this order', () => {
    expect(TASKS).toEqual(['summarize', 'reply', 'rewrite', 'proofread']);
    expect(TASKS.map((task) => textOf(taskPath(task)))).toEqual([
      '/v1/summarize',
      '/v1/reply',
      '/v1/rewrite',
      '/v1/proofread',
    ]);
    expect(LENGTHS).toEqual(['short', 'medium']);
    expect(TONES).toEqual(['professional', 'friendly', 'concise', 'funny', 'supportive']);
  });

  it('stand in the body of summarize', () => {
    const body = encodeTaskBody({
      task: 'summarize',
      messages: [{ sender: utf8('A'), text: utf8('b'), time: 5 }],
      unreadFrom: 0,
      context: utf8('c'),
      length: 'medium',
    });
    expect(hex(body)).toBe('a4' + '0181' + 'a3014141024162' + '0305' + '0201' + '0300' + '044163');
  });

  it('stand in the bodies of reply, rewrite and proofread', () => {
    const messages = [{ sender: utf8('A'), text: utf8('b') }];
    expect(hex(encodeTaskBody({ task: 'reply', messages, me: utf8('B') }))).toBe(
      'a20181a2014141024162024142',
    );
    expect(hex(encodeTaskBody({ task: 'rewrite', text: utf8('x'), tone: 'supportive' }))).toBe(
      'a20141780204',
    );
    expect(hex(encodeTaskBody({ task: 'proofread', text: utf8('x') }))).toBe('a1014178');
  });
});

describe('a task', () => {
  it.each(REQUESTS.map((request) => [request.task, request] as const))(
    '%s reads as it was written',
    (_, request) => {
      expect(decodeTaskBody(taskPath(request.task), encodeTaskBody(request))).toEqual(
        request.task === 'summarize' ? { unreadFrom: 0, ...request } : request,
      );
    },
  );

  it.each(['/v1/translate', '/v1/summarize/', '/v1/Summarize', '/summarize', ''])(
    'at %j is request-unknown-task',
    (path) => {
      expect(() => decodeTaskBody(utf8(path), encodeTaskBody(REQUESTS[0]!))).toThrow(
        coded('request-unknown-task'),
      );
    },
  );

  it('has texts that are views into the body', () => {
    const body = encodeTaskBody({ task: 'proofread', text: utf8('secret') });
    const request = decodeTaskBody(taskPath('proofread'), body) as { text: Uint8Array };
    body.fill(0);
    expect(request.text.every((byte) => byte === 0)).toBe(true);
  });
});

describe('a body', () => {
  it.each<[Task, string, CborValue]>([
    ['summarize', 'no map', [message]],
    ['summarize', 'no chat', map([[2, 0]])],
    ['summarize', 'no length', map([[1, [message]]])],
    [
      'summarize',
      'an unknown length',
      map([
        [1, [message]],
        [2, 2],
      ]),
    ],
    [
      'summarize',
      'an unknown key',
      map([
        [1, [message]],
        [2, 0],
        [5, 0],
      ]),
    ],
    [
      'summarize',
      'a chat that is no array',
      map([
        [1, message],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      'a message that is no map',
      map([
        [1, [utf8('hi')]],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      'a message without a sender',
      map([
        [1, [map([[2, utf8('hi')]])]],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      'a message with an unknown key',
      map([
        [
          1,
          [
            map([
              [1, utf8('A')],
              [2, utf8('b')],
              [4, 0],
            ]),
          ],
        ],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      'a text that is a number',
      map([
        [
          1,
          [
            map([
              [1, utf8('A')],
              [2, 5],
            ]),
          ],
        ],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      'a time that is no integer',
      map([
        [
          1,
          [
            map([
              [1, utf8('A')],
              [2, utf8('b')],
              [3, utf8('5')],
            ]),
          ],
        ],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      'an unread index that is no integer',
      map([
        [1, [message]],
        [2, 0],
        [3, utf8('')],
      ]),
    ],
    [
      'reply',
      'a key of summarize',
      map([
        [1, [message]],
        [2, utf8('me')],
        [3, 0],
      ]),
    ],
    [
      'reply',
      'a name that is a number',
      map([
        [1, [message]],
        [2, 5],
      ]),
    ],
    ['rewrite', 'no tone', map([[1, utf8('x')]])],
    [
      'rewrite',
      'an unknown tone',
      map([
        [1, utf8('x')],
        [2, 5],
      ]),
    ],
    ['proofread', 'no text', map([])],
    [
      'proofread',
      'a tone',
      map([
        [1, utf8('x')],
        [2, 0],
      ]),
    ],
  ])('of %s with %s is request-malformed', (task, _, body) => {
    expect(() => decode(task, body)).toThrow(coded('request-malformed'));
  });

  it.each(['', 'a1', 'a10163616263', 'a1011801', 'ff', 'a101417800'])('%j is request-malformed', (text) => {
    expect(() => decodeTaskBody(taskPath('proofread'), bytes(text))).toThrow(coded('request-malformed'));
  });

  it.each<[Task, CborValue]>([
    [
      'summarize',
      map([
        [1, []],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      map([
        [
          1,
          [
            map([
              [1, utf8('A')],
              [2, utf8(' \n\t')],
            ]),
          ],
        ],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      map([
        [1, [message]],
        [2, 0],
        [3, 1],
      ]),
    ],
    ['reply', map([[1, []]])],
    [
      'rewrite',
      map([
        [1, utf8('')],
        [2, 0],
      ]),
    ],
    ['proofread', map([[1, utf8('\r\n ')]])],
  ])('of %s without anything in it is request-empty', (task, body) => {
    expect(() => decode(task, body)).toThrow(coded('request-empty'));
  });

  it.each<[Task, CborValue]>([
    [
      'summarize',
      map([
        [
          1,
          [
            map([
              [1, bytes('ff')],
              [2, utf8('b')],
            ]),
          ],
        ],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      map([
        [
          1,
          [
            map([
              [1, utf8('A')],
              [2, bytes('c0af')],
            ]),
          ],
        ],
        [2, 0],
      ]),
    ],
    [
      'summarize',
      map([
        [1, [message]],
        [2, 0],
        [4, bytes('eda080')],
      ]),
    ],
    [
      'reply',
      map([
        [1, [message]],
        [2, bytes('80')],
      ]),
    ],
    [
      'rewrite',
      map([
        [1, bytes('61f09f91')],
        [2, 0],
      ]),
    ],
    ['proofread', map([[1, bytes('fe')]])],
  ])('of %s with bytes that are no text is request-invalid-utf8', (task, body) => {
    expect(() => decode(task, body)).toThrow(coded('request-invalid-utf8'));
  });

  it.each(['summarize', 'reply'] as const)('of %s has at most 10,000 messages', (task) => {
    const most = chat(MAX_MESSAGES);
    const bodyOf = (messages: typeof most) =>
      encodeTaskBody(task === 'reply' ? { task, messages } : summarize({ messages }));
    expect(MAX_MESSAGES).toBe(10_000);
    expect(decodeTaskBody(taskPath(task), bodyOf(most))).toMatchObject({ messages: { length: 10_000 } });
    expect(() => decodeTaskBody(taskPath(task), bodyOf([...most, ...chat(1)]))).toThrow(
      coded('request-too-many-messages'),
    );
  });

  it('has at most 256 KiB', () => {
    const fits = encodeTaskBody({ task: 'proofread', text: new Uint8Array(MAX_BODY_BYTES - 7).fill(0x61) });
    expect(fits).toHaveLength(256 * 1024);
    expect(decodeTaskBody(taskPath('proofread'), fits)).toMatchObject({ task: 'proofread' });
    const over = encodeTaskBody({ task: 'proofread', text: new Uint8Array(MAX_BODY_BYTES - 6).fill(0x61) });
    expect(() => decodeTaskBody(taskPath('proofread'), over)).toThrow(coded('request-too-large'));
  });

  it('cut off at any byte or with any bit flipped is refused with a code, or is another request', () => {
    for (const request of REQUESTS) {
      const body = encodeTaskBody(request);
      for (let at = 0; at < body.length; at++) {
        const path = taskPath(request.task);
        expect(codeOf(() => decodeTaskBody(path, body.subarray(0, at)))).toBe('request-malformed');
        const code = codeOf(() => {
          expect(hex(encodeTaskBody(decodeTaskBody(path, flipped(body, at))))).not.toBe(hex(body));
        });
        expect(code ?? 'request-').toMatch(/^request-/);
      }
    }
  });

  it('of random bytes is refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...TASKS), (data, task) => {
        expect(codeOf(() => decodeTaskBody(taskPath(task), data)) ?? 'request-').toMatch(/^request-/);
      }),
    );
  });
});
