import type { SyncErrorKind } from '../errors.ts';

/** No answer that settles anything: another attempt is due, by itself. */
export const isUnreachable = (kind: SyncErrorKind | undefined): boolean =>
  kind === 'offline' || kind === 'unknown-outcome';

/** Nothing can be done before somebody answers, or signs in: changes wait. */
export const isCutOff = (kind: SyncErrorKind | undefined): boolean => isUnreachable(kind) || kind === 'credentials';
