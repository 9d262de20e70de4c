import { deepStrictEqual } from 'node:assert';
import { openLocalFiles } from '../../src/adapters/fs/local-files.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { ApplyAnswer, LocalFiles, StagedFile } from '../../src/engine/ports.ts';
import { openGuardedFolder } from './guarded-folder.ts';
import { hostileKey } from './keys.ts';
import { mayBePath } from './path-oracle.ts';
import type { Random } from './random.ts';

export interface Applied {
  /** Keys that may be paths, by what became of them. */
  readonly paths: Record<ApplyAnswer['kind'], number>;
  /** Keys that may not, and that came past no validator: what the disk's own fence made of them. */
  readonly others: Record<ApplyAnswer['kind'], number>;
}

const EVIL = 'hostile content';
const CHECK_EVERY = 500;

/**
 * Applies generated keys to a real folder, also those that no path check would let through. Throws an AssertionError when anything
 * outside the root changes, or when a file of the root is not exactly where its key says.
 */
export async function applyKeys(random: Random, keys: number): Promise<Applied> {
  const folder = openGuardedFolder();
  const paths = { done: 0, moved: 0, refused: 0 };
  const others = { done: 0, moved: 0, refused: 0 };
  try {
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const run = systemIds.uuid();
    const files = openLocalFiles({ workspace: folder.workspace, root: 'data', run, clock: systemClock, log });
    const before = folder.surroundings();
    const expected = new Map<string, string>();
    let staged: StagedFile | null = null;
    for (let index = 1; index <= keys; index += 1) {
      const { key } = hostileKey(random);
      staged ??= await stage(files);
      const answer = await files.install(staged, key, null);
      if (answer.kind === 'done') staged = null;
      (mayBePath(key) ? paths : others)[answer.kind] += 1;
      if (answer.kind === 'done' && mayBePath(key)) expected.set(key, EVIL);
      else if (answer.kind === 'done' && answer.stamp) await files.remove(key, answer.stamp);
      if (!mayBePath(key)) await prod(files, key);
      if (index % CHECK_EVERY === 0 || index === keys) deepStrictEqual(folder.surroundings(), before);
    }
    deepStrictEqual(new Map([...folder.files()].toSorted(byName)), new Map([...expected].toSorted(byName)));
    return { paths, others };
  } finally {
    folder.remove();
  }
}

/** The ways of reading by a key: what they find must lie in the root, whose files all have one content. */
async function prod(files: LocalFiles, key: string): Promise<void> {
  await files.stat(key);
  const file = await files.open(key).catch(() => null);
  if (file === null) return;
  const bytes = Buffer.from(await file.read(0, 100)).toString();
  await file.close();
  deepStrictEqual({ key, bytes }, { key, bytes: EVIL });
}

const stage = (files: LocalFiles): Promise<StagedFile> =>
  files.stage(bytesOf(EVIL), { mtime: 1_763_650_000_123.456, exec: false });

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);
