import type { IncomingHttpHeaders } from 'node:http';
import type { ObjectRecord } from './bucket.ts';
import type { Lies } from './faults.ts';
import { S3Error } from './s3-error.ts';

/** Whether a conditional write may go ahead: `missing` is If-Match on a key that does not exist. */
export type WriteVerdict = 'holds' | 'failed' | 'missing';

export function judgeWrite(headers: IncomingHttpHeaders, current: ObjectRecord | undefined, lies: Lies): WriteVerdict {
  const absent = headers['if-none-match'];
  if (absent !== undefined) {
    if (absent.trim() !== '*') throw new S3Error('NotImplemented', 'If-None-Match on a write takes * only');
    if (current !== undefined) return 'failed';
  }
  const match = headers['if-match'];
  if (match === undefined) return 'holds';
  if (current === undefined) return 'missing';
  const quoted = match.trim().startsWith('"');
  if (lies.ifMatch === (quoted ? 'bare-only' : 'quoted-only') && match.trim() !== '*') return 'failed';
  return namesEtag(match, current.etag) ? 'holds' : 'failed';
}

/** RFC 9110's order of preconditions for GET and HEAD. */
export function judgeRead(headers: IncomingHttpHeaders, current: ObjectRecord): 'send' | 'not-modified' | 'failed' {
  const seconds = Math.floor(current.modifiedAt / 1000) * 1000;
  const match = headers['if-match'];
  if (match !== undefined) {
    if (!namesEtag(match, current.etag)) return 'failed';
  } else if (seconds > Date.parse(headers['if-unmodified-since'] ?? '')) return 'failed';
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return namesEtag(noneMatch, current.etag) ? 'not-modified' : 'send';
  return seconds <= Date.parse(headers['if-modified-since'] ?? '') ? 'not-modified' : 'send';
}

/** Whether a header's list of ETags, quoted or bare, names this one. */
export function namesEtag(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const name = item.trim().replace(/^W\//, '').replaceAll('"', '');
    return name === '*' || name === etag;
  });
}

export function preconditionFailed(condition: string): S3Error {
  return new S3Error(
    'PreconditionFailed',
    `At least one of the pre-conditions you specified did not hold: ${condition}`,
  );
}
