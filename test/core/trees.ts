import { createHash } from 'node:crypto';
import { type BaseEntry, coveredBy, type Entry, type FileStamp, type LocalEntry } from '../../src/core/format/tree.ts';
import { parseSyncPath, type SyncPath } from '../../src/core/paths/sync-path.ts';
import type { PlanInput, PlanPolicy } from '../../src/core/plan/plan.ts';

/* Tiny trees for tables: `a=1 d/b=2` is a file `a` with the content `1` and a file `d/b` with the content `2`. */

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function at(text: string): SyncPath {
  const parsed = parseSyncPath(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem}`);
  return parsed.value;
}

/** Path to content. */
export type Contents = ReadonlyMap<string, string>;

export const contents = (text: string): Map<string, string> =>
  new Map(
    text
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );

const stampOf = (content: string): FileStamp => ({ size: content.length, mtime: 1, ctime: 1, inode: 1, exec: false });

export const localEntry = (path: string, content: string): LocalEntry => ({
  path: at(path),
  stamp: stampOf(content),
  sha256: sha256(content),
});

/** A content that ends in `~` was left out by the rules since. */
export const baseEntry = (path: string, content: string): BaseEntry => ({
  ...localEntry(path, content.replace(/~$/, '')),
  seenAt: 1,
  ...(content.endsWith('~') ? { excluded: true } : {}),
});

export const entry = (path: string, content: string, more: Partial<Entry> = {}): Entry => ({
  path: at(path),
  size: content.length,
  mtime: 1_763_650_000_123.456,
  sha256: sha256(content),
  exec: false,
  by: 'alice@build-7',
  generation: 1,
  slices: [{ object: `objects/${sha256(content)}-1`, offset: 0, length: content.length }],
  ...more,
});

const mapOf = <T>(tree: Contents, make: (path: string, content: string) => T): Map<SyncPath, T> =>
  new Map([...tree].map(([path, content]) => [at(path), make(path, content)]));

export interface Sides {
  readonly base?: string | Contents;
  readonly local?: string | Contents;
  readonly remote?: string | Contents;
  readonly unknown?: readonly string[];
  readonly excluded?: readonly string[];
  readonly refused?: readonly string[];
  readonly busy?: readonly string[];
  readonly policy?: Partial<PlanPolicy>;
}

export function planInput(sides: Sides): PlanInput {
  const read = (tree: string | Contents = '') => (typeof tree === 'string' ? contents(tree) : tree);
  const excluded = new Set(sides.excluded);
  return {
    base: mapOf(read(sides.base), baseEntry),
    local: {
      files: mapOf(read(sides.local), localEntry),
      unknown: new Map((sides.unknown ?? []).map((path) => [path, 'it cannot be read'])),
      isExcluded: (path) => coveredBy(excluded, path),
    },
    remote: mapOf(read(sides.remote), entry),
    refused: (sides.refused ?? []).map((path) => ({ path, reason: 'it was refused' })),
    busy: new Set(sides.busy),
    policy: { direction: 'both', onConflict: 'hold', choices: [], conflictSuffix: 'conflict-al-T', ...sides.policy },
  };
}
