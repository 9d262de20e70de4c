import { isGarbage, type Reach } from '../../core/garbage/garbage-key.ts';
import { each } from '../each.ts';
import type { ListPage, ObjectInfo, ObjectStore } from '../ports.ts';

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

export interface SweepParts {
  readonly store: ObjectStore;
  readonly signal: AbortSignal | undefined;
  /** Called before each deletion: a throw ends it. Null: nothing is deleted, only counted. */
  readonly assertMayDelete: (() => void) | null;
  /** Called before each page of keys: a throw ends it. */
  readonly onPage: () => void;
  readonly onSwept: () => void;
}

/** Deletes what is garbage, page by page: memory does not grow with the bucket. `swept` counts as it goes, also where it is broken off. */
export async function sweepGarbage(parts: SweepParts, reach: Reach, swept: Swept): Promise<void> {
  for (const [group, prefix] of GROUPS) {
    for await (const { objects } of pagesOf(parts, prefix)) {
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

async function* pagesOf({ store, signal, onPage }: SweepParts, prefix: string): AsyncGenerator<ListPage> {
  let token: string | undefined;
  do {
    onPage();
    const page = await store.list(prefix, { ...(token === undefined ? {} : { token }), signal });
    yield page;
    token = page.next;
  } while (token !== undefined);
}
