import { SyncError } from '../../core/errors.ts';

/** Rounds with a folder that is being written to, before it is said. */
export const ROUNDS = 3;

/** SyncError('local') of a folder that does not stand still. */
export const writtenTo = (message: string): SyncError =>
  new SyncError('local', message, 'Stop what writes there, then run this again: it goes on where it was.');
