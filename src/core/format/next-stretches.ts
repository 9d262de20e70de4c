import { compareByUtf8 } from '../paths/sync-path.ts';
import type { ShardPointer } from './records.ts';
import { type ShardLine, type Stretch, serialiseEntry } from './sync-index.ts';
import type { Entry } from './tree.ts';

/** The index of a commit in the making, over the shards of the one that it replaces. */
export interface NextStretches {
  /** An entry as it is now. */
  add(entry: Entry): void;
  /** A line that is carried over unread. */
  carry(line: ShardLine): void;
  /** A path whose line is another than it was, has come, or is gone. */
  touch(path: string): void;
  /** When all have been told. */
  stretches(): readonly Stretch[];
}

interface Gathered {
  readonly entries: Entry[];
  readonly carried: ShardLine[];
  isTouched: boolean;
}

/** Of a shard with more or fewer lines than its pointer counts nothing is named again: it is not what was read. */
export function nextStretches(shards: readonly ShardPointer[]): NextStretches {
  const found = Array.from({ length: Math.max(1, shards.length) }, (): Gathered => fresh());
  const placeOf = placeIn(shards);
  const at = (path: string): Gathered => found[placeOf(path)] ?? fresh();
  return {
    add: (entry) => void at(entry.path).entries.push(entry),
    carry: (line) => void at(line.path).carried.push(line),
    touch(path) {
      const place = placeOf(path);
      // Where a shard ends before 8 MiB, the line behind it says so.
      const before = shards[place]?.first === path ? found[place - 1] : undefined;
      for (const one of [found[place], before]) if (one) one.isTouched = true;
    },
    stretches: () =>
      found.map(({ entries, carried, isTouched }, nth) => {
        const shard = shards[nth];
        const isSame = !isTouched && shard?.count === entries.length + carried.length;
        return { shard: isSame ? shard : null, lines: () => linesOf(entries, carried) };
      }),
  };
}

const fresh = (): Gathered => ({ entries: [], carried: [], isTouched: false });

function linesOf(entries: readonly Entry[], carried: readonly ShardLine[]): readonly ShardLine[] {
  const lines = entries.map((entry) => ({ path: entry.path, line: serialiseEntry(entry) }));
  return [...carried, ...lines].toSorted((a, b) => compareByUtf8(a.path, b.path));
}

/** Which shard a path belongs to: the last that does not begin behind it, or the first. Quick for paths that come in order. */
function placeIn(shards: readonly ShardPointer[]): (path: string) => number {
  const last = Math.max(0, shards.length - 1);
  const beginsBehind = (nth: number, path: string) => compareByUtf8(shards[nth]?.first ?? '', path) > 0;
  let place = 0;
  return (path) => {
    const isStill = (place === 0 || !beginsBehind(place, path)) && (place === last || beginsBehind(place + 1, path));
    if (!isStill) place = search(path);
    return place;
  };

  function search(path: string): number {
    let [from, to] = [0, last];
    while (from < to) {
      const middle = Math.ceil((from + to) / 2);
      if (beginsBehind(middle, path)) to = middle - 1;
      else from = middle;
    }
    return from;
  }
}
