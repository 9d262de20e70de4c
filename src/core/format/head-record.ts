import { bad, ok, type Result } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { asObject, isCommitKey, isCount, isHash, isObject, isText, unknownFields } from './fields.ts';
import { refuseFormat } from './record-format.ts';
import type { Collected, CommitPointer, Head, LeaseRecord, RecordProblem } from './records.ts';

/** Reads `head.json`. A higher format is never guessed at. */
export function parseHead(text: string): Result<Head, RecordProblem> {
  const fields = asObject(text);
  const refused = refuseFormat(fields, 'head.json');
  if (refused) return bad(refused);
  const { format: _format, datastoreId, epoch, nonce, lease, commit, recentCommits, ...others } = fields ?? {};
  const corrupt = (message: string) => bad({ kind: 'corrupt' as const, message });
  if (!isText(datastoreId) || datastoreId === '') return corrupt('it has no datastoreId');
  if (!isCount(epoch) || epoch < 1) return corrupt('its epoch is not a count');
  if (!isText(nonce)) return corrupt('it has no nonce');
  if (!Array.isArray(recentCommits) || !recentCommits.every(isText))
    return corrupt('its recentCommits are not a list of ids');
  const heldBy = lease === null ? null : parseLease(lease);
  if (heldBy === undefined) return corrupt('its lease has a wrong field');
  const points = commit === null ? null : parsePointer(commit);
  if (points === undefined) return corrupt('its commit has a wrong field');
  const { collected: noted, ...unknown } = others;
  const collected = parseCollected(noted);
  return ok({
    format: 1,
    datastoreId,
    epoch,
    nonce,
    lease: heldBy,
    commit: points,
    recentCommits,
    // What another version notes there is not this.
    ...(collected === undefined ? unknownFields(others) : { collected, ...unknownFields(unknown) }),
  });
}

export function serialiseHead({ unknown, lease, commit, ...head }: Head): string {
  return `${canonicalJson({
    ...unknown,
    ...head,
    lease: lease && { ...lease.unknown, ...lease, unknown: undefined },
    commit: commit && { ...commit.unknown, ...commit, unknown: undefined },
  })}\n`;
}

function parseLease(value: unknown): LeaseRecord | undefined {
  if (!isObject(value)) return undefined;
  const { nonce, holder, hostname, pid, workspace, tool, purpose, acquiredAt, renewedAt, ttlMs, ...unknown } = value;
  if (!isText(nonce) || nonce === '' || !isText(holder) || !isText(hostname) || !isCount(pid) || !isText(workspace))
    return undefined;
  if ((tool !== 'vscode' && tool !== 'cli') || !isText(purpose) || !isText(acquiredAt) || !isText(renewedAt))
    return undefined;
  if (!isCount(ttlMs) || ttlMs < 1) return undefined;
  return {
    nonce,
    holder,
    hostname,
    pid,
    workspace,
    tool,
    purpose,
    acquiredAt,
    renewedAt,
    ttlMs,
    ...unknownFields(unknown),
  };
}

function parseCollected(value: unknown): Collected | undefined {
  if (!isObject(value)) return undefined;
  const { before, at, ...unknown } = value;
  if (!isCount(before) || Object.keys(unknown).length > 0) return undefined;
  if (at === undefined) return { before };
  return isCommitKey(at) ? { before, at } : undefined;
}

function parsePointer(value: unknown): CommitPointer | undefined {
  if (!isObject(value)) return undefined;
  const { generation, id, key, sha256, committedAt, by, ...unknown } = value;
  if (
    !isCount(generation) ||
    !isText(id) ||
    !isCommitKey(key) ||
    !isHash(sha256) ||
    !isText(committedAt) ||
    !isText(by)
  )
    return undefined;
  return { generation, id, key, sha256, committedAt, by, ...unknownFields(unknown) };
}
