import type { ObjectRecord } from './bucket.ts';
import { judgeWrite, preconditionFailed } from './conditions.ts';
import { type Exchange, noSuchKey } from './exchange.ts';
import { S3Error } from './s3-error.ts';

/** The effect of every write: judges the request's conditions and stores the record in one synchronous step, so of
 *  concurrent conditional writes exactly one wins (unless the store was told to lie). `guard` runs in the same step. */
export async function commitObject(exchange: Exchange, record: ObjectRecord, guard?: () => void): Promise<void> {
  await exchange.beforeEffect();
  if (exchange.lies.conditions === 'not-atomic') {
    judge(exchange, record.key);
    await exchange.pause(exchange.lies.pauseMs);
  }
  if (exchange.lies.conditions === 'exact') judge(exchange, record.key);
  guard?.();
  exchange.store.bucket(exchange.target.bucket).put(record);
}

/** The same for CopyObject, whose conditions can be ignored separately. */
export async function commitCopy(exchange: Exchange, record: ObjectRecord): Promise<void> {
  if (exchange.lies.copies === 'exact') return commitObject(exchange, record);
  return commitObject({ ...exchange, lies: { ...exchange.lies, conditions: 'ignored' } }, record);
}

function judge(exchange: Exchange, key: string): void {
  const verdict = judgeWrite(exchange.headers, exchange.store.bucket(exchange.target.bucket).get(key), exchange.lies);
  if (verdict === 'holds') return;
  if (exchange.heldAtArrival && exchange.lies.losers === 'unknown-error') throw new S3Error('UnknownError');
  if (exchange.heldAtArrival && exchange.lies.losers === 'conflict') {
    throw new S3Error('ConditionalRequestConflict', 'A conflicting operation occurred.');
  }
  if (verdict === 'missing') throw noSuchKey('full');
  throw preconditionFailed(exchange.headers['if-match'] === undefined ? 'If-None-Match' : 'If-Match');
}
