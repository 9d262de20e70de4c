import { expect, test } from 'vitest';
import { openReadFew } from '../../../src/adapters/fs/reading/read-few.ts';
import { openWholeReader, type WholeReader } from '../../../src/adapters/fs/reading/whole-files.ts';
import { openRootFolder } from '../../../src/adapters/fs/root-folder.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openSandbox } from './sandbox.ts';

/* Few small files are read on the thread of the caller, as long as the disk answers at once. */

const COUNT = 30;
const FILES = Array.from({ length: COUNT }, (_, nth) => ({ path: `file-${nth}`, size: 10 }));

/** A disk that takes so many milliseconds for each file, and what it was asked for. */
function reading(msOf: (nth: number) => number) {
  let now = 0;
  const clock = { ...createManualClock({ hurries: true }), monotonic: () => now };
  const asked: string[][] = [];
  const read: string[] = [];
  const keeping: boolean[] = [];
  const reader: WholeReader = (paths, keeps) => {
    keeping.push(keeps);
    for (const path of paths) now += msOf(Number(path.slice('file-'.length)));
    asked.push([...paths]);
    return paths.map((path) => (path === 'file-2' ? null : { stamp: {} as never, sha256: path, bytes: null }));
  };
  const readFew = openReadFew(reader, clock);
  return {
    asked,
    read,
    keeping,
    all: (signal?: AbortSignal) =>
      readFew(FILES, { keeps: () => read.length < 5, onRead: (path) => read.push(path), signal }),
  };
}

test.each([
  { disk: 'quick', msOf: () => 1, asked: COUNT },
  { disk: 'slow', msOf: () => 4, asked: 1 },
  { disk: 'slow now and then', msOf: (nth: number) => (nth === 5 ? 9 : 1), asked: COUNT },
  { disk: 'slow from then on', msOf: (nth: number) => (nth < 12 ? 1 : 8), asked: 17 },
])('a disk that is $disk: $asked are read', async ({ msOf, asked }) => {
  const { all, ...seen } = reading(msOf);
  await all();
  expect(seen.asked.flat()).toEqual(FILES.slice(0, asked).map(({ path }) => path));
  // Asked anew for each batch.
  expect(seen.keeping).toEqual(seen.keeping.map((_, nth) => nth < 3));
  expect(seen.read).toEqual(seen.asked.flat().filter((path) => path !== 'file-2'));
});

test('who gives up reads nothing more', async () => {
  const { all, asked } = reading(() => 1);
  await expect(all(AbortSignal.abort())).rejects.toThrow();
  expect(asked).toEqual([]);
});

test('a root that is gone is for each file to say', async () => {
  const { workspace } = openSandbox();
  const readFew = openReadFew(openWholeReader(openRootFolder(workspace, 'gone')), createManualClock());
  await readFew(FILES, { keeps: () => true, onRead: () => expect.unreachable() });
});
