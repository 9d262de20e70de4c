import { StoreError, type StoreErrorKind, SyncError, type SyncErrorKind } from '../../core/errors.ts';

const MEANING: Record<StoreErrorKind, readonly [SyncErrorKind, string]> = {
  missing: ['corrupt', 'Sync again; if it stays, run `datastore status` and look at the bucket.'],
  'no-bucket': ['bucket', 'Create the bucket, or correct `bucket` in the configuration.'],
  precondition: ['failed', 'Sync again.'],
  conflict: ['offline', 'Sync again.'],
  unsupported: ['unsafe-store', 'Use a store with conditional writes; reading still works here.'],
  denied: ['denied', 'Ask for s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket on this prefix.'],
  credentials: ['credentials', 'Sign in, or set `profile` in the configuration.'],
  checksum: ['offline', 'Sync again; bytes were damaged on the way.'],
  rejected: ['failed', 'See the message of the store.'],
  busy: ['offline', 'Try again later.'],
  throttled: [
    'offline',
    'Nothing is lost; sync again later. If it comes often, raise the limits of the store, or poll less often.',
  ],
  unreachable: ['offline', 'Check the network and `endpoint`; nothing is lost, sync again later.'],
  aborted: ['cancelled', 'Sync again when you like.'],
};

/** Any failure as the one kind that faces understand. A SyncError stays as it is. */
export function asSyncError(error: unknown, storeName: string): SyncError {
  if (error instanceof SyncError) return error;
  if (error instanceof StoreError) {
    const [kind, remedy] = MEANING[error.kind];
    return new SyncError(kind, `${storeName}: ${error.message}`, remedy, { cause: error });
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new SyncError('cancelled', 'Stopped.', 'Sync again when you like.', { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new SyncError('failed', message, 'This is a defect; the log has more.', { cause: error });
}

export const storeErrorKind = (error: unknown): StoreErrorKind | null =>
  error instanceof StoreError ? error.kind : null;

/** Whether an object that is written once may be gone: where listing is not allowed, S3 says `denied` of what is missing. */
export const mayBeMissing = (error: unknown): boolean =>
  storeErrorKind(error) === 'missing' || storeErrorKind(error) === 'denied';

/** `mayBeMissing` of a commit that was read by the record which names it, or it is damaged: the history cannot be followed beyond it. */
export const endsHistory = (error: unknown): boolean =>
  mayBeMissing(error) || (error instanceof SyncError && error.kind === 'corrupt');

/** Both that a `denied` can mean. */
export const refusalOf = (object: string): string => `the store refuses ${object}: it is missing, or may not be read`;
