import { bad, ok, type Result } from '../errors.ts';
import { compareByUtf8, utf8Length } from '../paths/sync-path.ts';
import { parseEntry } from './entry-record.ts';
import { asObject } from './fields.ts';
import type { RecordProblem, ShardPointer } from './records.ts';
import type { Entry, Sha256, Slice } from './tree.ts';

export { serialiseEntry } from './entry-record.ts';

/** One entry as it travels: its path, and its canonical line without the newline. */
export interface ShardLine {
  readonly path: string;
  readonly line: string;
}

export interface Shard {
  /** Lines with a newline each. */
  readonly text: string;
  readonly sha256: string;
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

const MAX_ENTRIES = 4_096;
const MAX_BYTES = 8 << 20;

/** Lines that follow each other in a commit. */
export interface Stretch {
  /** What they were in the commit before, where all of them are as they were in it, and so is the one behind them. */
  readonly shard: ShardPointer | null;
  /** Sorted. Asked for only where they are cut anew. */
  readonly lines: () => Iterable<ShardLine>;
}

/**
 * Cuts sorted lines into shards by content: after an entry whose sha256(path) begins with ten zero bits, at 4,096 entries, or
 * before 8 MiB. The same lines give the same shards, and a change moves only the cuts beside it: where a cut falls together with one of the
 * commit before, what has not changed behind it is named again, unread. Source: remote format 1.
 */
export function* cutShards(
  stretches: Iterable<Stretch>,
  sha256: (text: string) => string,
): Iterable<Shard | ShardPointer> {
  let held: ShardLine[] = [];
  let bytes = 0;
  for (const { shard, lines } of stretches) {
    if (shard !== null && held.length === 0) {
      yield shard;
      continue;
    }
    for (const line of lines()) {
      const size = utf8Length(line.line) + 1;
      if (held.length > 0 && bytes + size > MAX_BYTES) {
        yield shardOf(held, sha256);
        held = [];
        bytes = 0;
      }
      held.push(line);
      bytes += size;
      if (held.length >= MAX_ENTRIES || endsShard(sha256(line.path))) {
        yield shardOf(held, sha256);
        held = [];
        bytes = 0;
      }
    }
  }
  if (held.length > 0) yield shardOf(held, sha256);
}

const endsShard = (hash: string): boolean => Number.parseInt(hash.slice(0, 3), 16) >> 2 === 0;

function shardOf(lines: readonly ShardLine[], sha256: (text: string) => string): Shard {
  const text = `${lines.map(({ line }) => line).join('\n')}\n`;
  return {
    text,
    sha256: sha256(text),
    first: lines[0]?.path ?? '',
    last: lines.at(-1)?.path ?? '',
    count: lines.length,
  };
}

/** An entry that cannot be used. Its line is kept, so that the next commit carries it on. */
export interface RefusedLine extends ShardLine {
  readonly reason: string;
}

export interface ParsedShard {
  readonly entries: readonly Entry[];
  readonly refused: readonly RefusedLine[];
}

/** Reads a shard whose hash was checked. One bad entry is refused by itself; a wrong order or count is `corrupt`. */
export function parseShard(text: string, pointer: ShardPointer): Result<ParsedShard, RecordProblem> {
  const corrupt = (message: string) => bad({ kind: 'corrupt' as const, message });
  const lines = text.split('\n');
  if (lines.pop() !== '') return corrupt('its last line is cut');
  if (lines.length !== pointer.count) return corrupt(`it holds ${lines.length} entries, not ${pointer.count}`);
  const entries: Entry[] = [];
  const refused: RefusedLine[] = [];
  let before: string | null = null;
  for (const line of lines) {
    const raw = parseLine(line);
    if (raw === null) return corrupt('a line is not a JSON object with a path');
    if (before !== null && compareByUtf8(before, raw.path) >= 0) return corrupt(`"${raw.path}" stands out of order`);
    before = raw.path;
    const entry = parseEntry(line, raw.fields);
    if (entry.ok) entries.push(entry.value);
    else refused.push({ path: raw.path, line, reason: entry.problem });
  }
  if (lines.length > 0 && (before !== pointer.last || firstPath(lines) !== pointer.first)) {
    return corrupt('its first or last path is not the one its commit names');
  }
  return ok({ entries, refused });
}

function firstPath(lines: readonly string[]): string | undefined {
  return parseLine(lines[0] ?? '')?.path;
}

function parseLine(line: string): { readonly path: string; readonly fields: Readonly<Record<string, unknown>> } | null {
  const fields = asObject(line);
  return fields && typeof fields['path'] === 'string' ? { path: fields['path'], fields } : null;
}

export const shardKey = (sha256: string, epoch: number): string => `index/${sha256}-${epoch}.jsonl.gz`;
export const objectKey = (sha256: string, epoch: number): string => `objects/${sha256}-${epoch}`;
/** The SHA-256 of an object's bytes, as its key names it. */
export const hashInKey = (object: string): string => object.slice('objects/'.length).slice(0, 64);
/** The SHA-256 of what a slice of this entry decodes to, as far as it is said. Where its object goes on behind it, its name says another. */
export function hashOfSlice({ object, offset, encoding, sha256 }: Slice, entry: Entry): Sha256 | null {
  if (sha256 !== undefined) return sha256;
  if (entry.slices.length === 1) return entry.sha256;
  return offset === 0 && encoding === undefined ? hashInKey(object) : null;
}
export const commitKey = (generation: number, id: string): string =>
  `commits/${String(generation).padStart(10, '0')}-${id}.json`;
