import type { Chat } from './chats.js';

/** Simple measures of a summary; shares are from 0 to 1. */
export interface Measures {
  readonly title: string;
  /** Of the people who say anything, those who are named. */
  readonly names: number;
  /** Of the numbers in the chat, those that are in the summary. */
  readonly numbers: number;
  /** Numbers in the summary that the chat doesn't have: should be 0. */
  readonly invented: number;
  /** Length of the summary over that of the chat, in characters. */
  readonly length: number;
  /** Three-word sequences of the summary that occur in it before. */
  readonly repetition: number;
  /** Three-word sequences of the summary that are in the chat. */
  readonly copied: number;
  readonly ms: number;
}

export function measure(chat: Chat, summary: string, ms: number): Measures {
  const text = chat.messages.map((message) => message.text).join('\n');
  const senders = [...new Set(chat.messages.map(({ sender }) => sender))];
  const [wanted, given] = [numbersOf(text), numbersOf(summary)];
  const told = triples(summary);
  const original = new Set(triples(text));
  return {
    title: chat.title,
    names: share(senders, (name) => summary.includes(name)),
    numbers: share(wanted, (number) => given.includes(number)),
    invented: given.filter((number) => !wanted.includes(number)).length,
    length: summary.length / chat.messages.reduce((sum, m) => sum + m.sender.length + m.text.length + 3, 0),
    repetition: told.length > 0 ? 1 - new Set(told).size / told.length : 0,
    copied: share(told, (triple) => original.has(triple)),
    ms,
  };
}

/** The mean of each measure. */
export function mean(rows: readonly Measures[]): Measures {
  const meanOf = (of: (row: Measures) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return {
    title: 'mean',
    names: meanOf((row) => row.names),
    numbers: meanOf((row) => row.numbers),
    invented: meanOf((row) => row.invented),
    length: meanOf((row) => row.length),
    repetition: meanOf((row) => row.repetition),
    copied: meanOf((row) => row.copied),
    ms: meanOf((row) => row.ms),
  };
}

export const measuresHead = (): string =>
  `${'chat'.padEnd(34)}  names  numbers  invented  length  repeated  copied      ms`;

export const measuresRow = (row: Measures): string =>
  [
    row.title.padEnd(34),
    percent(row.names).padStart(6),
    percent(row.numbers).padStart(8),
    (Number.isInteger(row.invented) ? String(row.invented) : row.invented.toFixed(2)).padStart(9),
    percent(row.length).padStart(7),
    percent(row.repetition).padStart(9),
    percent(row.copied).padStart(7),
    row.ms.toFixed(0).padStart(7),
  ].join(' ');

const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;

const numbersOf = (text: string): string[] => [...new Set(text.match(/\d+(?:[.:,]\d+)*/g) ?? [])];

/** The share of the list that something holds for; 1 of an empty one. */
function share<T>(list: readonly T[], holds: (entry: T) => boolean): number {
  return list.length > 0 ? list.filter(holds).length / list.length : 1;
}

function triples(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? [];
  return words.slice(2).map((_, i) => words.slice(i, i + 3).join(' '));
}
