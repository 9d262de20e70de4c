import { getEventListeners } from 'node:events';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../../src/adapters/codec.ts';
import { openReadWhole } from '../../../src/adapters/fs/reading/read-whole.ts';
import type { Answer, Question } from '../../../src/adapters/fs/reading/reader-messages.ts';
import { WHOLE_BYTES } from '../../../src/adapters/fs/reading/whole-files.ts';
import { openRootFolder } from '../../../src/adapters/fs/root-folder.ts';
import type { FileStamp } from '../../../src/core/format/tree.ts';
import type { HashedFile, Log } from '../../../src/engine/ports.ts';
import { scanRoot } from '../../../src/engine/root/scan.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/* Many small files are read by threads; what those cannot read is left to be opened. */

const MANY = 700;
const nameOf = (nth: number): string => `dir-${nth % 7}/${nth}`;
const textOf = (nth: number): string => `text ${nth}`;

function filledSandbox(count = MANY): Sandbox {
  const box = openSandbox();
  for (let nth = 0; nth < count; nth += 1) box.write(nameOf(nth), textOf(nth));
  return box;
}

const named = (count: number, size = 10) => Array.from({ length: count }, (_, nth) => ({ path: nameOf(nth), size }));

interface Reading {
  readonly read: ReadonlyMap<string, HashedFile>;
  readonly keeps?: () => boolean;
  readonly signal?: AbortSignal;
}

async function readAll(box: Sandbox, files: ReturnType<typeof named>, options: Partial<Reading> = {}) {
  const read = new Map<string, HashedFile>();
  const { keeps = () => true, signal } = options;
  await box.files.readWhole(files, { keeps, signal, onRead: (path, file) => read.set(path, file) });
  return read;
}

test('each is what it is when it is opened, and is told once', async () => {
  const box = filledSandbox();
  const told: string[] = [];
  await box.files.readWhole(named(MANY), {
    keeps: () => true,
    onRead: (path, { bytes, sha256 }) => {
      told.push(path);
      expect(Buffer.from(bytes ?? []).toString()).toBe(textOf(Number(path.split('/')[1])));
      expect(sha256).toBe(nodeCodec.sha256(bytes ?? new Uint8Array()));
    },
  });
  expect(told.toSorted()).toEqual(
    named(MANY)
      .map(({ path }) => path)
      .toSorted(),
  );
  const [path = ''] = told;
  expect((await readAll(box, named(MANY))).get(path)?.stamp).toEqual(await box.stamp(path));
});

test('links, what is gone and large files are left', async () => {
  const box = filledSandbox();
  for (const nth of [0, 1]) rmSync(join(box.root, nameOf(nth)));
  symlinkSync('8', join(box.root, nameOf(1)));
  const files = [...named(MANY), { path: nameOf(2), size: WHOLE_BYTES + 1 }];
  const read = await readAll(box, files);
  expect(read.size).toBe(MANY - 2);
  expect(await readAll(box, named(MANY, WHOLE_BYTES + 1))).toEqual(new Map());
});

test('bytes come as long as they are wanted', async () => {
  const box = filledSandbox();
  let wanted = 0;
  const read = await readAll(box, named(MANY), { keeps: () => (wanted += 1) <= 2 });
  const kept = [...read.values()].filter(({ bytes }) => bytes !== null).length;
  expect(read.size).toBe(MANY);
  expect(kept).toBe(2 * 32);
});

test('who gives up waits for no thread', async () => {
  const box = filledSandbox();
  await expect(readAll(box, named(MANY), { signal: AbortSignal.abort() })).rejects.toThrow('abort');
  const stop = new AbortController();
  const read: string[] = [];
  const reading = box.files.readWhole(named(MANY), {
    keeps: () => true,
    onRead: (path) => (read.push(path), stop.abort()),
    signal: stop.signal,
  });
  await expect(reading).rejects.toThrow('abort');
  const seen = read.length;
  expect(seen).toBeLessThan(MANY);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(read).toHaveLength(seen);
});

/** Every disk answers at once by it, however busy this machine is. */
const QUICK = createManualClock({ hurries: true });

/** In place of threads: answers what `work` says. */
function readingBy(box: Sandbox, work: (question: Question) => Promise<Answer>, dismiss = () => {}) {
  const said: string[] = [];
  const log: Log = { debug: (text) => said.push(text), info() {}, warn() {}, error() {} };
  const place = { workspace: box.workspace, root: 'data' };
  const readWhole = openReadWhole(openRootFolder(place.workspace, place.root), place, QUICK, log, async () => ({
    ask: work,
    dismiss,
  }));
  return { readWhole, said };
}

const answerTo = ({ paths }: Question): Answer =>
  paths.map((path) => ({ stamp: {} as FileStamp, sha256: path, bytes: null }));

test('what a thread could not read is left, and the others read on', async () => {
  const box = openSandbox();
  let questions = 0;
  const { readWhole, said } = readingBy(box, async (question) => {
    questions += 1;
    if (questions === 3) throw new Error('no memory');
    return answerTo(question).with(0, null);
  });
  const read: string[] = [];
  await readWhole(named(MANY), { keeps: () => true, onRead: (path) => read.push(path) });
  expect(questions).toBe(Math.ceil(MANY / 32));
  expect(read).toHaveLength(MANY - questions - 31);
  expect(said).toEqual([expect.stringContaining('no memory')]);
});

test('few are read without a thread', async () => {
  const box = filledSandbox();
  const { readWhole } = readingBy(box, () => expect.unreachable());
  const read = new Map<string, HashedFile>();
  const files = [...named(20), { path: 'gone', size: 1 }, { path: nameOf(21), size: WHOLE_BYTES + 1 }];
  await readWhole(files, { keeps: () => true, onRead: (path, file) => read.set(path, file) });
  expect([...read.keys()]).toEqual(named(20).map(({ path }) => path));
  for (const [path, { bytes, stamp }] of read) {
    expect(Buffer.from(bytes ?? []).toString()).toBe(box.read(path));
    expect(stamp).toEqual(await box.stamp(path));
  }
});

test('where no thread can be had, they are read without', async () => {
  const box = filledSandbox();
  const place = { workspace: box.workspace, root: 'data' };
  const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
  const readWhole = openReadWhole(openRootFolder(place.workspace, place.root), place, QUICK, log, () =>
    Promise.reject(new Error('it was removed')),
  );
  let read = 0;
  await readWhole(named(MANY), { keeps: () => false, onRead: () => (read += 1) });
  expect(read).toBe(MANY);
});

test('what fails in taking a file fails, and is no trouble of a thread', async () => {
  const { readWhole, said } = readingBy(openSandbox(), async (question) => answerTo(question));
  const failing = () => {
    throw new Error('a defect');
  };
  await expect(readWhole(named(MANY), { keeps: () => true, onRead: failing })).rejects.toThrow('a defect');
  expect(said).toEqual([]);
});

test('nothing is told after it was stopped, and nobody listens any more', async () => {
  const stop = new AbortController();
  let dismissed = 0;
  const { readWhole } = readingBy(
    openSandbox(),
    async (question) => answerTo(question),
    () => (dismissed += 1),
  );
  const read: string[] = [];
  const reading = readWhole(named(MANY), {
    keeps: () => true,
    onRead: (path) => (read.push(path), stop.abort()),
    signal: stop.signal,
  });
  await expect(reading).rejects.toThrow('abort');
  expect(read).toHaveLength(1);
  expect(dismissed).toBe(1);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});

test('a scan finds all, whoever reads them', async () => {
  const box = filledSandbox();
  box.write('large', 'x'.repeat(WHOLE_BYTES + 1));
  const scan = await scanRoot(box.files, new Map(), () => false, nodeCodec, { keep: 1 << 20 });
  expect(scan.files.size).toBe(MANY + 1);
  for (const [path, { sha256, stamp }] of scan.files) {
    expect(sha256).toBe(nodeCodec.sha256(Buffer.from(box.read(path))));
    expect(stamp).toEqual(await box.stamp(path));
    expect(Buffer.from(scan.contents.get(path) ?? []).toString()).toBe(box.read(path));
  }
  expect(scan.unknown).toEqual(new Map());
  // What is kept has a bound.
  const few = await scanRoot(box.files, new Map(), () => false, nodeCodec, { keep: 3_000 });
  expect(few.contents.size).toBeGreaterThan(0);
  expect(few.contents.size).toBeLessThan(3_000 / 256);
});
