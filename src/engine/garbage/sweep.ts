import { isGarbage, type Reach } from '../../core/garbage/garbage-key.ts';
import { each } from '../each.ts';
import type { ObjectInfo } from '../ports.ts';
import { type ListParts, listPages } from './list-pages.ts';

/** Deletions under way at the same time. */
const DELETE_AT_ONCE = 32;

/** What names others goes before what it names: nobody ever finds a record of something that is gone. */
const GROUPS = [
  ['commits', 'commits/'],
  ['shards', 'index/'],
  ['objects', 'objects/'],
] as const;

export interface Swept {
  commits: number;
  shards: number;
  objects: number;
  bytes: number;
}

export interface SweepParts extends ListParts {
  /** Called before each deletion: a throw ends it. Null: nothing is deleted, only counted. */
  readonly assertMayDelete: (() => void) | null;
  readonly onSwept: () => void;
}

/** Deletes what is garbage, page by page: memory does not grow with the bucket. `swept` counts as it goes, also where it is broken off. */
export async function sweepGarbage(parts: SweepParts, reach: Reach, swept: Swept): Promise<void> {
  for (const [group, prefix] of GROUPS) {
    for await (const objects of listPages(parts, prefix)) {
      const garbage = objects.filter(({ key }) => isGarbage(key, reach));
      await each(garbage, DELETE_AT_ONCE, async (found) => {
        await remove(parts, found);
        swept[group] += 1;
        swept.bytes += found.size;
        parts.onSwept();
      });
    }
  }
}

async function remove({ store, signal, assertMayDelete }: SweepParts, { key }: ObjectInfo): Promise<void> {
  signal?.throwIfAborted();
  if (assertMayDelete === null) return;
  assertMayDelete();
  await store.delete(key, { signal });
}
