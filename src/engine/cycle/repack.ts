import type { Entry, LocalEntry } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { type PackLimits, planPacks } from '../../core/plan/packs.ts';
import type { Step } from '../../core/plan/plan.ts';
import { planReads, type Read } from '../../core/plan/plan-reads.ts';
import { isSparse, livingPacks, mostOf, type RepackLimits, type SparsePack } from '../../core/plan/sparse-packs.ts';
import { all } from '../all.ts';
import type { ByteBudget } from '../contents/byte-budget.ts';
import { decodedWhole } from '../contents/encoding.ts';
import { readRange } from '../contents/read-range.ts';
import type { Content } from '../contents/send-contents.ts';
import type { Uploader } from '../contents/upload.ts';
import { AT_ONCE, each } from '../each.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { mayBeMissing } from '../remote/store-error.ts';

/** Packs that are fetched at the same time. */
const READ_AT_ONCE = 8;

export interface RepackParts {
  readonly store: ObjectStore;
  readonly codec: Codec;
  readonly budget: ByteBudget;
  readonly packs: PackLimits;
  /** It finds nothing that stands: what it is given shall lie elsewhere. */
  readonly uploader: Uploader;
  /** The root as it was scanned: what is equal there is not fetched. */
  readonly local: ReadonlyMap<SyncPath, LocalEntry>;
  readonly signal: AbortSignal;
}

/** What a push makes of the tree. */
export interface RepackTree {
  /** Gone through once, and not at all where the limits ask for no look. */
  readonly entries: Iterable<Entry>;
  /** Objects that some entry names no longer: only these have become sparser. */
  readonly left: ReadonlySet<string>;
}

/**
 * Entries of packs that are less than half alive, with their contents in new objects; nothing else of them changes. What cannot be had
 * whole stays where it is, and keeps its pack, whose place the next one takes.
 */
export async function repack(parts: RepackParts, tree: RepackTree, limits: RepackLimits): Promise<readonly Entry[]> {
  let waiting = await sparsePacks(parts, tree, limits);
  let { packs: places, bytes: room } = limits;
  let tries = 2 * limits.packs;
  const rewritten: Entry[] = [];
  for (;;) {
    const chosen = fitting(waiting, Math.min(places, tries), room);
    if (chosen.length === 0) return rewritten;
    const moved = await rewrite(
      parts,
      chosen.flatMap(({ entries }) => entries),
    );
    rewritten.push(...moved);
    const done = chosen.filter(({ entries }) => entries.every(({ sha256 }) => parts.uploader.sent.has(sha256)));
    tries -= chosen.length;
    places -= done.length;
    room -= bytesOf(done);
    waiting = waiting.filter((pack) => !chosen.includes(pack));
  }
}

/** Those with least in them first: most is won with them. */
async function sparsePacks(
  parts: RepackParts,
  { entries, left }: RepackTree,
  limits: RepackLimits,
): Promise<readonly SparsePack[]> {
  if (!limits.others && left.size === 0) return [];
  const looked = limits.others ? entries : naming(entries, left);
  const packs = livingPacks(looked).filter(({ bytes }) => bytes <= limits.bytes);
  const mayBe = (pack: SparsePack) => !isSparse(pack, pack.extent) && isSparse(pack, mostOf(pack, parts.packs));
  const doubtful = packs.filter((pack) => left.has(pack.object) && mayBe(pack)).slice(0, limits.asks);
  const sizes = new Map(await all(doubtful.map(async (pack) => [pack, await sizeOf(parts, pack)] as const)));
  return packs.filter((pack) => isSparse(pack, sizes.get(pack) ?? pack.extent));
}

function fitting(packs: readonly SparsePack[], places: number, bytes: number): readonly SparsePack[] {
  const chosen: SparsePack[] = [];
  let room = bytes;
  for (const pack of packs) {
    if (chosen.length >= places) break;
    if (pack.bytes > room) continue;
    room -= pack.bytes;
    chosen.push(pack);
  }
  return chosen;
}

const bytesOf = (packs: readonly SparsePack[]): number => packs.reduce((sum, { bytes }) => sum + bytes, 0);

/** Those of them whose contents could be had, as they lie now. */
async function rewrite(parts: RepackParts, entries: readonly Entry[]): Promise<readonly Entry[]> {
  const [here, there] = [
    entries.flatMap((entry) => stepOf(parts, entry) ?? []),
    entries.filter((entry) => stepOf(parts, entry) === null),
  ];
  await each(planPacks(here, parts.packs), AT_ONCE, async (pack) => void (await parts.uploader.upload(pack)));
  await sendAgain(parts, there);
  return entries.flatMap((entry) => {
    const slice = parts.uploader.sent.get(entry.sha256);
    return slice === undefined ? [] : [{ ...entry, slices: [slice] }];
  });
}

function* naming(entries: Iterable<Entry>, objects: ReadonlySet<string>): Iterable<Entry> {
  for (const entry of entries) if (entry.slices.some(({ object }) => objects.has(object))) yield entry;
}

/** Null: it cannot be asked for. */
async function sizeOf({ store, signal }: RepackParts, { object }: SparsePack): Promise<number | null> {
  try {
    return (await store.head(object, { signal })).size;
  } catch (error) {
    if (mayBeMissing(error)) return null;
    throw error;
  }
}

function stepOf({ local }: RepackParts, { path, sha256, size }: Entry): Step | null {
  const found = local.get(path);
  if (found?.sha256 !== sha256 || found.stamp.size !== size) return null;
  return { kind: 'upload', path, base: null, remote: null, local: found };
}

/** What this root does not have: from the packs themselves, each content verified by its hash. */
async function sendAgain(parts: RepackParts, entries: readonly Entry[]): Promise<void> {
  const { store, codec, budget, uploader, signal } = parts;
  const { together, alone } = planReads(entries, (entry) => entry);
  const single = alone.flatMap((item): Read<Entry>[] =>
    item.slices.map((slice) => ({ ...slice, decoded: item.size, wanted: [{ item, slice }] })),
  );
  await each([...together, ...single], READ_AT_ONCE, async (read) => {
    const bytes = read.wanted.reduce((sum, { item }) => sum + item.size, read.length);
    await budget.within(3 * bytes, async () => {
      const found = await readRange(store, read, signal);
      const contents: Content[] = [];
      for (const { item, slice } of found === null ? [] : read.wanted) {
        const start = slice.offset - read.offset;
        const content =
          found && (await decodedWhole(codec, slice, found.subarray(start, start + slice.length), item.size));
        if (content && codec.sha256(content) === item.sha256) contents.push({ sha256: item.sha256, bytes: content });
      }
      if (contents.length > 0) await uploader.send(contents);
    });
  });
}
