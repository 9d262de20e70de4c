import type { Entry, RemoteTree, Slice } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { planReads } from '../../core/plan/plan-reads.ts';
import type { ContentVerdict } from '../../core/verify/verify-judge.ts';
import type { ByteBudget } from '../contents/byte-budget.ts';
import { decodedWhole, windowBytes } from '../contents/encoding.ts';
import { readRange } from '../contents/read-range.ts';
import { AT_ONCE, each } from '../each.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { checkContent } from './check-content.ts';

export interface CheckParts {
  readonly store: ObjectStore;
  readonly codec: Codec;
  readonly budget: ByteBudget;
}

export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (bytes: number) => void;
  readonly onFile?: () => void;
}

/**
 * Reads and hashes every committed content, those that entries share once and those of a pack together, and gives those that are
 * not as the index names them: the whole, or a slice of it. What looks damaged is read a second time, by itself: a bit can flip on the way, too. Rejects where
 * the store cannot be asked.
 */
export async function checkContents(
  { store, codec, budget }: CheckParts,
  tree: RemoteTree,
  options: CheckOptions = {},
): Promise<ReadonlyMap<SyncPath, ContentVerdict>> {
  const bad = new Map<SyncPath, ContentVerdict>();
  const { together, alone } = planReads([...distinctContents(tree)], ({ entry }) => entry);
  const suspects: Shared[] = [];
  await each(together, AT_ONCE, (read) =>
    budget.within(read.length + read.decoded, async () => {
      options.signal?.throwIfAborted();
      const bytes = await readRange(store, read, options.signal);
      for (const { item, slice } of read.wanted) {
        const start = slice.offset - read.offset;
        const content =
          bytes && (await decodedWhole(codec, slice, bytes.subarray(start, start + slice.length), item.entry.size));
        const { sha256 } = item.entry;
        if (content === null || codec.sha256(content) !== sha256 || (slice.sha256 ?? sha256) !== sha256) {
          suspects.push(item);
          continue;
        }
        options.onBytes?.(content.byteLength);
        for (const _ of item.paths) options.onFile?.();
      }
    }),
  );
  await each([...alone, ...suspects], AT_ONCE, async ({ entry, paths }) => {
    options.signal?.throwIfAborted();
    const check = (how: CheckOptions) =>
      within(budget, decoderBytes(entry), () => checkContent(store, codec, entry, how));
    const first = await check(options);
    const verdict = first?.kind === 'damaged' ? await check({ signal: options.signal }) : first;
    for (const path of paths) {
      if (verdict) bad.set(path, verdict);
      options.onFile?.();
    }
  });
  return bad;
}

/** One content under all its names. */
interface Shared {
  readonly entry: Entry;
  readonly paths: readonly SyncPath[];
}

/** Contents that entries share through the same slices count once. */
export function distinctContents(tree: RemoteTree): Iterable<Shared> {
  const found = new Map<string, { entry: Entry; paths: SyncPath[] }>();
  for (const entry of tree.values()) {
    const key = `${entry.sha256} ${entry.size} ${entry.slices.map(sliceName).join(' ')}`;
    const known = found.get(key);
    if (known) known.paths.push(entry.path);
    else found.set(key, { entry, paths: [entry.path] });
  }
  return found.values();
}

const sliceName = ({ object, offset, length, encoding, sha256 }: Slice): string =>
  [object, offset, length, encoding, sha256].join('+');

/** Its slices are decoded one after another. */
const decoderBytes = ({ slices, size }: Entry): number =>
  slices.reduce((most, slice) => Math.max(most, windowBytes(slice, size)), 0);

/** What takes nothing waits for nobody. */
const within = <T>(budget: ByteBudget, bytes: number, work: () => Promise<T>): Promise<T> =>
  bytes === 0 ? work() : budget.within(bytes, work);
