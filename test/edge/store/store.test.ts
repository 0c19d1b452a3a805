import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GroupCommit, Store } from '../../../edge/store/index.js';

const SCHEMA = 'CREATE TABLE IF NOT EXISTS item (name TEXT PRIMARY KEY, bytes BLOB) WITHOUT ROWID';
let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-store-'));
  store = Store.open(join(folder, 'items.sqlite'), SCHEMA);
});
afterEach(() => rmSync(folder, { recursive: true }));

const add = (name: string) => store.prepare('INSERT INTO item VALUES (?, ?)').run(name, Uint8Array.of(1, 2));
const count = (of = store) => of.prepare('SELECT count(*) AS n FROM item').get()?.['n'];

describe('a store', () => {
  it('keeps bytes as bytes, over being closed', () => {
    add('a');
    store.close();
    store = Store.open(join(folder, 'items.sqlite'), SCHEMA);
    const row = store.prepare('SELECT bytes FROM item WHERE name = ?').get('a');
    expect(Uint8Array.from(row?.['bytes'] as Uint8Array)).toEqual(Uint8Array.of(1, 2));
    expect(store.prepare('SELECT bytes FROM item WHERE name = ?').get('b')).toBeUndefined();
  });

  it('waits for the disk, and is nobody else’s to read', () => {
    expect(store.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
    expect(store.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 });
    add('a');
    for (const name of ['items.sqlite', 'items.sqlite-wal', 'items.sqlite-shm'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('does all of a transaction or nothing', () => {
    const failing = () =>
      store.transaction(() => {
        add('a');
        throw new RangeError('no');
      });
    expect(failing).toThrow(RangeError);
    expect(count()).toBe(0);
    expect(store.transaction(() => add('a'))).toBe(1);
    expect(count()).toBe(1);
  });

  it('says with a code that it could not', () => {
    add('a');
    expect(() => add('a')).toThrow(expect.objectContaining({ name: 'StoreError', code: 'store-failed' }));
    expect(() => store.transaction(() => store.transaction(() => 0))).toThrow(
      expect.objectContaining({ code: 'store-failed' }),
    );
    add('b');
    expect(count()).toBe(2);
  });

  it.each<[string, (file: string) => void]>([
    ['a folder', (file) => mkdirSync(file)],
    [
      'something else',
      (file) => writeFileSync(file, 'no database at all, but long enough to be looked at'.repeat(40)),
    ],
  ])('is not made of %s', (_, make) => {
    const file = join(folder, 'other');
    make(file);
    expect(() => Store.open(file, SCHEMA)).toThrow(
      expect.objectContaining({ name: 'StoreError', code: 'store-unusable' }),
    );
  });
});

describe('a group', () => {
  it('commits what comes at once in one transaction, each with its own result', async () => {
    const other = Store.open(join(folder, 'items.sqlite'), SCHEMA);
    const group = new GroupCommit(store);
    const seen: unknown[] = [];
    const run = (name: string) =>
      group.run(() => {
        add(name);
        seen.push(count(other));
        return name;
      });
    expect(await Promise.all(['a', 'b', 'c'].map(run))).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual([0, 0, 0]);
    expect(count(other)).toBe(3);
    await run('d');
    expect(seen.at(-1)).toBe(3);
  });

  it('that fails fails for all, and the next one does not', async () => {
    const group = new GroupCommit(store);
    const results = await Promise.allSettled(['a', 'b', 'a'].map((name) => group.run(() => add(name))));
    expect(results.map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    expect(results[0]).toMatchObject({ reason: { code: 'store-failed' } });
    expect(count()).toBe(0);
    expect(await group.run(() => add('a'))).toBe(1);
  });
});
