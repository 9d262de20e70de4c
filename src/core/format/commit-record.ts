import { bad, ok, type Result } from '../errors.ts';
import { compareByUtf8 } from '../paths/sync-path.ts';
import { canonicalJson } from './canonical-json.ts';
import { asObject, isCommitKey, isCount, isHash, isObject, isShardKey, isText, unknownFields } from './fields.ts';
import { refuseFormat } from './record-format.ts';
import type { Commit, CommitStats, RecordProblem, ShardPointer } from './records.ts';

/** Reads a commit whose hash was checked. Shards must stand in order and must not overlap. */
export function parseCommit(text: string): Result<Commit, RecordProblem> {
  const fields = asObject(text);
  const refused = refuseFormat(fields, 'the commit');
  if (refused) return bad(refused);
  const {
    format: _format,
    datastoreId,
    generation,
    id,
    parent,
    epoch,
    by,
    at,
    message,
    stats,
    shards,
    ...unknown
  } = fields ?? {};
  const corrupt = (what: string) => bad({ kind: 'corrupt' as const, message: `the commit ${what}` });
  if (!isText(datastoreId) || !isCount(generation) || !isText(id) || !isCount(epoch))
    return corrupt('has a wrong field');
  if (!isText(by) || !isText(at) || !isText(message)) return corrupt('has a wrong field');
  const from = parent === null ? null : parseParent(parent);
  if (from === undefined) return corrupt('has a wrong parent');
  const counts = parseStats(stats);
  if (counts === null) return corrupt('has wrong stats');
  const list = parseShards(shards);
  if (list === null) return corrupt('names shards wrongly, out of order or overlapping');
  const commit = {
    format: 1 as const,
    datastoreId,
    generation,
    id,
    parent: from,
    epoch,
    by,
    at,
    message,
    stats: counts,
  };
  return ok({ ...commit, shards: list, ...unknownFields(unknown) });
}

export function serialiseCommit({ unknown, parent, stats, shards, ...commit }: Commit): string {
  const fields = { ...commit, parent: parent && flat(parent), stats: flat(stats), shards: shards.map(flat) };
  return `${canonicalJson({ ...unknown, ...fields })}\n`;
}

const flat = <T extends { readonly unknown?: Readonly<Record<string, unknown>> }>({ unknown, ...known }: T) => ({
  ...unknown,
  ...known,
});

function parseParent(value: unknown): Commit['parent'] | undefined {
  if (!isObject(value)) return undefined;
  const { id, key, sha256, ...unknown } = value;
  return isText(id) && isCommitKey(key) && isHash(sha256) ? { id, key, sha256, ...unknownFields(unknown) } : undefined;
}

function parseStats(value: unknown): CommitStats | null {
  if (!isObject(value)) return null;
  const { files, bytes, added, changed, removed, ...unknown } = value;
  if (!isCount(files) || !isCount(bytes) || !isCount(added) || !isCount(changed) || !isCount(removed)) return null;
  return { files, bytes, added, changed, removed, ...unknownFields(unknown) };
}

function parseShards(value: unknown): readonly ShardPointer[] | null {
  if (!Array.isArray(value)) return null;
  const shards: ShardPointer[] = [];
  let before: string | null = null;
  for (const item of value as unknown[]) {
    if (!isObject(item)) return null;
    const { key, sha256, first, last, count, ...unknown } = item;
    if (!isHash(sha256) || !isShardKey(key) || !key.startsWith(`index/${sha256}-`)) return null;
    if (!isText(first) || !isText(last) || !isCount(count) || count < 1) return null;
    if (compareByUtf8(first, last) > 0 || (before !== null && compareByUtf8(before, first) >= 0)) return null;
    before = last;
    shards.push({ key, sha256, first, last, count, ...unknownFields(unknown) });
  }
  return shards;
}
