import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SyncError } from '../../src/core/errors.ts';
import type { BaseEntry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { StateFiles } from '../../src/engine/ports.ts';
import { type Base, type BaseStore, createBaseStore, emptyBase } from '../../src/engine/state/base-store.ts';
import { openLedger } from '../../src/engine/state/ledger.ts';

/* The form of the base on disk: a small record, and entries in columns beside it. */

function openState() {
  const records = new Map<string, Uint8Array>();
  const written: string[] = [];
  const state: StateFiles = {
    folder: 'state',
    read: async (name) => records.get(name)?.slice() ?? null,
    write: async (name, bytes) => {
      records.set(name, bytes);
      written.push(name);
    },
    remove: async (name) => void records.delete(name),
  };
  return { records, state, writes: () => written.splice(0) };
}

const entry = (path: string, rest: Partial<BaseEntry> = {}): BaseEntry => ({
  path: path as SyncPath,
  sha256: 'ab'.repeat(32),
  stamp: { size: 1, mtime: 1_763_741_234_567.123, ctime: -1.5, inode: 2 ** 53 - 1, exec: false },
  seenAt: 0,
  ...rest,
});
const baseOf = (...entries: readonly BaseEntry[]): Base => ({
  ...emptyBase('s3://team'),
  entries: new Map(entries.map((one) => [one.path, one])),
});
const entriesIn = async (store: BaseStore) => [...((await store.load())?.entries ?? [])];

describe('what was saved comes back', () => {
  const rows: readonly [what: string, base: Base][] = [
    ['nothing', baseOf()],
    ['one entry', baseOf(entry('a'))],
    [
      'in its order, with every field',
      baseOf(
        entry('ü/日本', { excluded: true, seenAt: 1.001 }),
        entry('b c', { stamp: { size: 2 ** 40, mtime: 0.001, ctime: 0, inode: 0, exec: true } }),
        entry('a', { sha256: 'f'.repeat(64) }),
      ),
    ],
  ];
  test.each(rows)('%s', async (_what, base) => {
    const { state } = openState();
    await createBaseStore(state).save(base);
    const found = await createBaseStore(state).load();
    expect(found?.meta).toEqual(base.meta);
    expect([...(found?.entries.values() ?? [])]).toEqual([...base.entries.values()]);
    expect([...(found?.entries.keys() ?? [])]).toEqual([...base.entries.keys()]);
    for (const [path, one] of base.entries) expect(found?.entries.get(path)).toEqual(one);
    expect(found?.entries.size).toBe(base.entries.size);
    expect(found?.entries.get('none' as SyncPath)).toBeUndefined();
  });
  test('also from a record of the first builds, which had all in one file', async () => {
    const { state } = openState();
    const { meta, entries } = baseOf(entry('a'), entry('b', { excluded: true }));
    const lines = [meta, ...entries.values(), { end: true }].map((line) => `${JSON.stringify(line)}\n`);
    await state.write('base.jsonl', new TextEncoder().encode(lines.join('')));
    const store = createBaseStore(state);
    const found = await store.load();
    expect(found).toEqual({ meta, entries });
    if (found) await store.save(found);
    expect(await entriesIn(createBaseStore(state))).toEqual([...entries]);
  });
});

describe('entries are written when more than a few have changed', () => {
  test.each<[what: string, come: number, go: number, written: readonly string[]]>([
    ['none', 0, 0, ['base.jsonl']],
    ['a few', 40, 24, ['base.jsonl']],
    ['more', 40, 25, ['base-entries-0', 'base.jsonl']],
  ])('%s: %i come, %i go', async (_what, come, go, written) => {
    const { state, writes } = openState();
    const names = (count: number, prefix: string) => Array.from({ length: count }, (_, nth) => `${prefix}${nth}`);
    const old = names(30, 'old').map((path) => entry(path));
    await createBaseStore(state).save(baseOf(...old));
    const ledger = await openLedger(createBaseStore(state), 's3://team');
    writes();
    ledger.note({ epoch: 7 });
    ledger.advance(
      names(come, 'new').map((path) => entry(path)),
      old.slice(0, go).map(({ path }) => path),
    );
    await ledger.save();
    expect(writes()).toEqual(written);
    const left = [...old.slice(go).map(({ path }) => path), ...names(come, 'new')];
    expect((await entriesIn(createBaseStore(state))).map(([path]) => path)).toEqual(left);
  });

  test('what each process notes is what the next one finds, whoever wrote the entries', async () => {
    const path = fc.constantFrom('a', 'b', 'c', 'd/e');
    const change = fc.oneof(
      fc.record({ path, seenAt: fc.nat(9), excluded: fc.boolean() }),
      fc.record({ path, gone: fc.constant(true) }),
      fc.constant({ all: true }),
    );
    const cycle = fc.record({ who: fc.nat(1), changes: fc.array(change), isMany: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(cycle), async (cycles) => {
        const { state } = openState();
        const processes = [createBaseStore(state), createBaseStore(state)] as const;
        const plain = new Map<string, BaseEntry>();
        for (const { who, changes, isMany } of cycles) {
          const ledger = await openLedger(processes[who === 0 ? 0 : 1], 's3://team');
          expect(new Map(ledger.entries)).toEqual(plain);
          for (const one of changes) {
            if ('all' in one) {
              ledger.discard();
              plain.clear();
            } else if ('gone' in one) {
              ledger.advance([], [one.path as SyncPath]);
              plain.delete(one.path);
            } else {
              const { seenAt, excluded } = one;
              const made = entry(one.path, excluded ? { seenAt, excluded } : { seenAt });
              ledger.advance([made], []);
              plain.set(one.path, made);
            }
            if (seldom(changes, one)) await ledger.save();
          }
          if (isMany) {
            const many = Array.from({ length: 70 }, (_, nth) => entry(`many/${nth}`));
            ledger.advance(many, []);
            for (const one of many) plain.set(one.path, one);
          }
          await ledger.save();
        }
        expect(new Map((await createBaseStore(state).load())?.entries)).toEqual(plain);
      }),
    );
  });
  const seldom = <T>(all: readonly T[], one: T): boolean => all.indexOf(one) % 2 === 0;

  test('and otherwise only the record', async () => {
    const { state, writes } = openState();
    await createBaseStore(state).save(baseOf(entry('a')));
    const ledger = await openLedger(createBaseStore(state), 's3://team');
    writes();
    ledger.note({ epoch: 7 });
    await ledger.save();
    expect(writes()).toEqual(['base.jsonl']);
    ledger.advance([entry('b')], []);
    await ledger.save();
    expect(writes()).toEqual(['base.jsonl']);
    ledger.note({ epoch: 8 });
    await ledger.save();
    await ledger.save();
    expect(writes()).toEqual(['base.jsonl']);
    expect((await createBaseStore(state).load())?.meta.epoch).toBe(8);
    expect((await entriesIn(createBaseStore(state))).map(([path]) => path)).toEqual(['a', 'b']);
  });
  test('what another process saved meanwhile is seen', async () => {
    const { state } = openState();
    const [one, other] = [createBaseStore(state), createBaseStore(state)];
    await one.save(baseOf(entry('a')));
    await other.load();
    await other.save(baseOf(entry('b')));
    expect((await entriesIn(one)).map(([path]) => path)).toEqual(['b']);
  });
});

test('a base that was begun anew is not taken for the one before', async () => {
  const { state } = openState();
  const [one, other] = [createBaseStore(state), createBaseStore(state)];
  await one.save(baseOf(entry('a')));
  await other.forget();
  await other.save(baseOf(entry('b')));
  expect((await entriesIn(one)).map(([path]) => path)).toEqual(['b']);
});

describe('damage', () => {
  test('of a record with changes in it no bit can flip unseen, and nothing can be missing', async () => {
    const { state, records } = openState();
    await createBaseStore(state).save(baseOf(entry('a')));
    const ledger = await openLedger(createBaseStore(state), 's3://team');
    ledger.advance([entry('ü1'), entry('b', { excluded: true })], ['a' as SyncPath]);
    await ledger.save();
    const whole = records.get('base.jsonl') ?? new Uint8Array();
    expect(JSON.parse(new TextDecoder().decode(whole).split('\n')[0] ?? '')).toMatchObject({ format: 3 });
    expect((await createBaseStore(state).load())?.entries.size).toBe(2);
    for (let at = 0; at < whole.length; at += 1) {
      for (const bit of [1, 4, 32, 128]) {
        records.set('base.jsonl', whole.with(at, (whole[at] ?? 0) ^ bit));
        const found = await createBaseStore(state)
          .load()
          .catch(({ kind }: SyncError) => kind);
        expect(found === null || found === 'newer-format').toBe(true);
      }
      records.set('base.jsonl', whole.slice(0, at));
      expect(await createBaseStore(state).load()).toBeNull();
    }
  });

  test('a later format is no base that was lost, and is never written over', async () => {
    const { state, records } = openState();
    const later = new TextEncoder().encode('{"format":4}\n{"end":true}\n');
    records.set('base.jsonl', later);
    const store = createBaseStore(state);
    await expect(store.load()).rejects.toMatchObject({ kind: 'newer-format' });
    await expect(store.save(baseOf(entry('a')))).rejects.toMatchObject({ kind: 'newer-format' });
    expect([...records]).toEqual([['base.jsonl', later]]);
  });

  test('few changes go into a record that builds before it refuse, many into the one they read', async () => {
    const { state, records } = openState();
    const format = () =>
      (JSON.parse(new TextDecoder().decode(records.get('base.jsonl')).split('\n')[0] ?? '') as { format: number })
        .format;
    await createBaseStore(state).save(baseOf(entry('a')));
    expect(format()).toBe(2);
    const ledger = await openLedger(createBaseStore(state), 's3://team');
    ledger.advance([entry('b')], []);
    await ledger.save();
    expect(format()).toBe(3);
    ledger.advance(
      Array.from({ length: 65 }, (_, nth) => entry(`more/${nth}`)),
      [],
    );
    await ledger.save();
    expect(format()).toBe(2);
  });

  test.each([
    ['gone', null],
    ['damaged', new Uint8Array([1, 2, 3])],
  ])('entries that are %s while a process knows them are written again with the next change', async (_how, harmed) => {
    const { state, records } = openState();
    await createBaseStore(state).save(baseOf(entry('a')));
    const ledger = await openLedger(createBaseStore(state), 's3://team');
    if (harmed === null) records.delete('base-entries-1');
    else records.set('base-entries-1', harmed);
    ledger.advance([entry('b')], []);
    await ledger.save();
    expect((await entriesIn(createBaseStore(state))).map(([path]) => path)).toEqual(['a', 'b']);
  });

  test('a death between the entries and the record leaves the base as it was', async () => {
    const { state } = openState();
    await createBaseStore(state).save(baseOf(entry('a')));
    const dying: StateFiles = {
      ...state,
      write: (name, bytes) => (name === 'base.jsonl' ? Promise.reject(new Error('died')) : state.write(name, bytes)),
    };
    const store = createBaseStore(dying);
    for (const path of ['b', 'c', 'd']) {
      await expect(store.save(baseOf(entry(path)))).rejects.toThrow('died');
      expect((await entriesIn(createBaseStore(state))).map(([path]) => path)).toEqual(['a']);
    }
  });

  const cut = (bytes: Uint8Array) => bytes.slice(0, -1);
  const rows: readonly [what: string, name: string, harm: (bytes: Uint8Array) => Uint8Array | null][] = [
    ['a record that was cut', 'base.jsonl', cut],
    ['a record without its changes', 'base.jsonl', () => new TextEncoder().encode('{"format":3}\n{"end":true}\n')],
    ['no entries', 'base-entries-1', () => null],
    ['empty entries', 'base-entries-1', () => new Uint8Array()],
    ['entries that were cut', 'base-entries-1', cut],
    ['entries that go on', 'base-entries-1', (bytes) => Uint8Array.from([...bytes, 0])],
    ['a bit that turned', 'base-entries-1', (bytes) => bytes.with(40, (bytes[40] ?? 0) ^ 1)],
    ['a bit of the count that turned', 'base-entries-1', (bytes) => bytes.with(15, (bytes[15] ?? 0) ^ 1)],
  ];
  test.each(rows)('%s is no base', async (_what, name, harm) => {
    const { state, records } = openState();
    await createBaseStore(state).save(baseOf(entry('a'), entry('b')));
    const harmed = harm(records.get(name) ?? new Uint8Array());
    if (harmed === null) records.delete(name);
    else records.set(name, harmed);
    expect(await createBaseStore(state).load()).toBeNull();
  });
  test('what is forgotten leaves nothing behind', async () => {
    const { state, records } = openState();
    const store = createBaseStore(state);
    await store.save(baseOf(entry('a')));
    await store.save(baseOf(entry('b')));
    await store.forget();
    expect([...records.keys()]).toEqual([]);
    expect(await store.load()).toBeNull();
  });
});
