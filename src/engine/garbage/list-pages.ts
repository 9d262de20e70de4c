import { SyncError } from '../../core/errors.ts';
import type { ObjectInfo, ObjectStore } from '../ports.ts';

export interface ListParts {
  readonly store: ObjectStore;
  readonly signal: AbortSignal | undefined;
  /** Called before each page of keys: a throw ends it. */
  readonly onPage: () => void;
}

/** The keys of a group, page by page. SyncError('failed') at a store that gives the same page again and again. */
export async function* listPages(
  { store, signal, onPage }: ListParts,
  prefix: string,
): AsyncGenerator<readonly ObjectInfo[]> {
  let token: string | undefined;
  for (;;) {
    onPage();
    const { objects, next } = await store.list(prefix, { ...(token === undefined ? {} : { token }), signal });
    yield objects;
    if (next === undefined) return;
    if (next === token)
      throw new SyncError(
        'failed',
        `${store.name}: the listing of ${prefix} does not go on: the store gives the same page again`,
        'Tell the makers of the store.',
      );
    token = next;
  }
}
