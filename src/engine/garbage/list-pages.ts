import { SyncError } from '../../core/errors.ts';
import { compareByUtf8 } from '../../core/paths/sync-path.ts';
import type { ObjectInfo, ObjectStore } from '../ports.ts';

export interface ListParts {
  readonly store: ObjectStore;
  readonly signal: AbortSignal | undefined;
  /** Called before each page of keys: a throw ends it. */
  readonly onPage: () => void;
}

/** The keys of a group, page by page, in order. SyncError('failed') at a store whose pages are not, or do not go on. */
export async function* listPages(
  { store, signal, onPage }: ListParts,
  prefix: string,
): AsyncGenerator<readonly ObjectInfo[]> {
  let token: string | undefined;
  let last = '';
  do {
    onPage();
    const { objects, next } = await store.list(prefix, { ...(token === undefined ? {} : { token }), signal });
    for (const { key } of objects) {
      if (compareByUtf8(last, key) >= 0) throw disordered(store.name, key, last);
      last = key;
    }
    if (next !== undefined && next === token) throw disordered(store.name, last, last);
    yield objects;
    token = next;
  } while (token !== undefined);
}

const disordered = (name: string, key: string, last: string): SyncError =>
  new SyncError(
    'failed',
    `${name}: the listing does not go on in the order of keys: after ${last === '' ? 'nothing' : last} comes ${key}`,
    'Nothing is deleted by such a listing. Tell the makers of the store.',
  );
