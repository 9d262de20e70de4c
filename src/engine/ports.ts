/* The engine meets the world here and nowhere else. Every method takes a signal where it can take long;
   an aborted signal rejects with StoreError('aborted') on stores and SyncError('cancelled') elsewhere. */

export type * from './ports/disk.ts';
export type * from './ports/object-store.ts';
export type * from './ports/system.ts';
