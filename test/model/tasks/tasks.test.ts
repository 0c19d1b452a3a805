import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SecretArena } from '../../../model/index.js';
import type { TaskRequest, Tone } from '../../../model/tasks/index.js';
import { bytesOf } from '../engine/fixture.js';
import { chat, refusal, Tasks, utf8 } from './fixture.js';

const PICNIC = chat(
  'Noor: Shall we meet at the lake on Sunday?',
  'Emil: Yes, at 11:30. I bring 6 sandwiches',
  'Noor: Great, I have a blanket',
);
const TONES: readonly Tone[] = ['professional', 'friendly', 'concise', 'funny', 'supportive'];

const everyTask: readonly (readonly [string, TaskRequest])[] = [
  ['summarize', { task: 'summarize', messages: PICNIC, length: 'short' }],
  ['reply', { task: 'reply', messages: PICNIC }],
  ['rewrite', { task: 'rewrite', text: utf8('send me the photos'), tone: 'friendly' }],
  ['proofread', { task: 'proofread', text: utf8('we was at home') }],
];

const numbersIn = (text: string): string[] => text.match(/\d+(?:[.:,]\d+)*/g) ?? [];
const bytesIn = (text: string): number => utf8(text).length;

let tasks: Tasks;
beforeAll(async () => {
  tasks = await Tasks.open();
});
afterEach(() => tasks.forget());
afterAll(() => tasks.close());

describe('Summaries', () => {
  it('are one line, short, and have only numbers of the chat', async () => {
    const { answer, items, stats } = await tasks.ask({
      task: 'summarize',
      messages: PICNIC,
      length: 'short',
    });
    expect(items).toHaveLength(1);
    expect(answer).toMatch(/^\S[^\n]*\S$/);
    expect(bytesIn(answer)).toBeLessThanOrEqual(1024);
    for (const number of numbersIn(answer)) expect(['11:30', '6']).toContain(number);
    expect(stats.cachedTokens).toBeGreaterThan(0);
  });

  it('have no more sentences than the chat has messages', async () => {
    const messages = chat('Emil: I am at the door');
    const { answer } = await tasks.ask({ task: 'summarize', messages, length: 'medium' });
    expect(answer.match(/[.!?](?= |$)/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});

describe('Replies', () => {
  it('are three, all different, each short and on one line', async () => {
    const { items, events } = await tasks.ask({ task: 'reply', messages: PICNIC });
    expect(items).toHaveLength(3);
    expect(new Set(items.map((item) => item.toLowerCase())).size).toBe(3);
    for (const item of items) {
      expect(item).toMatch(/^\S[^\n]*$/);
      expect(bytesIn(item)).toBeLessThanOrEqual(240);
    }
    expect(events.map(({ kind }) => kind)).toEqual(['text', 'item', 'text', 'item', 'text', 'item']);
  });

  it.each([
    ['emoji', '🎉'],
    ['another script', '明日の会議は十時です'],
  ])('are three different ones even to %s', async (_what, text) => {
    const { items } = await tasks.ask({ task: 'reply', messages: chat(`Emil: ${text}`) });
    expect(new Set(items).size).toBe(3);
  });

  it('are three to a chat of 10,000 messages too', async () => {
    const messages = chat(...Array.from({ length: 10_000 }, (_, i) => `Emil: note ${i} about the house`));
    expect((await tasks.ask({ task: 'reply', messages })).items).toHaveLength(3);
  });
});

describe('Rewriting', () => {
  it.each(TONES)('in a %s tone keeps the numbers and names', async (tone) => {
    const text = 'tell Emil we need 6 chairs at 18:30';
    const { answer } = await tasks.ask({ task: 'rewrite', text: utf8(text), tone });
    expect(numbersIn(answer).sort()).toEqual(['18:30', '6']);
    expect(answer).toContain('Emil');
    expect(bytesIn(answer)).toBeLessThanOrEqual(3 * text.length + 256);
  });
});

describe('Proofreading', () => {
  it.each(['The bakery opens at 8:30 on Saturdays.', 'Great, see you on Friday!', '🎉🎉 !!'])(
    'leaves %j alone',
    async (text) => {
      expect((await tasks.ask({ task: 'proofread', text: utf8(text) })).answer).toBe(text);
    },
  );

  it('corrects what is wrong, line by line', async () => {
    const { answer } = await tasks.ask({
      task: 'proofread',
      text: utf8('She have a dog\n\nwe was at teh park'),
    });
    expect(answer).toBe('She has a dog.\n\nWe were at the park.');
  });
});

describe('Every task', () => {
  it.each(everyTask)('%s: gives the same answer to the same request', async (_name, request) => {
    const first = (await tasks.ask(request)).answer;
    expect(first).not.toBe('');
    expect((await tasks.ask(request)).answer).toBe(first);
  });

  it('gives another answer to another seed, and the same to the same', async () => {
    const answerTo = async (seed: number) =>
      (await tasks.ask({ task: 'reply', messages: PICNIC }, { seed })).answer;
    const answers = [await answerTo(1), await answerTo(2)];
    expect(answers[1]).not.toBe(answers[0]);
    expect(await answerTo(1)).toBe(answers[0]);
  });

  it.each(everyTask)('%s: runs the model no more once it is aborted', async (_name, request) => {
    const abort = new AbortController();
    tasks.onRun = () => {
      if (tasks.runs.length === 3) abort.abort();
    };
    await expect(tasks.ask(request, { signal: abort.signal })).rejects.toThrow(refusal('task-aborted'));
    expect(tasks.runs).toHaveLength(3);
  });

  it.each(everyTask)('%s: does not even begin when it is aborted already', async (_name, request) => {
    const asked = tasks.ask(request, { signal: AbortSignal.abort() });
    await expect(asked).rejects.toThrow(refusal('task-aborted'));
    expect(tasks.runs).toEqual([]);
  });

  it.each(everyTask)('%s: leaves nothing in memory that its arena does not wipe', async (_name, request) => {
    const adopt = vi.spyOn(SecretArena.prototype, 'adopt');
    const arena = new SecretArena();
    const texts: Uint8Array[] = [];
    const signal = new AbortController().signal;
    await tasks.runner.run(request, (event) => event.kind === 'text' && texts.push(event.text), {
      signal,
      arena,
    });
    const views = adopt.mock.calls.map(([view]) => view);
    adopt.mockRestore();
    expect(views.some((view) => bytesOf(view).some((byte) => byte !== 0))).toBe(true);
    arena.wipe();
    expect(views.every((view) => bytesOf(view).every((byte) => byte === 0))).toBe(true);
    expect(texts.every((text) => text.every((byte) => byte === 0))).toBe(true);
  });
});
