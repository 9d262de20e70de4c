import { CAPS } from '../../core/format/records.ts';
import { each } from '../each.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { readAll } from '../remote/read-object.ts';

/** Commits that are read at the same time: each tells only its parent's key, but a listing tells them all. */
const WINDOW = 64;

export interface CommitsAhead {
  /** Reads it and those before it, unless they were read. What cannot be read is left to who reads it by itself. */
  reach(key: string): Promise<void>;
  /** Once: the chain has each commit once. */
  take(sha256: string): string | null;
  /** Once, of what was read: the text under this key, whatever it is. */
  taken(key: string): string | null;
}

/** `keys`: in order of their generations. */
export function readCommitsAhead(
  {
    store,
    codec,
    signal,
  }: { readonly store: ObjectStore; readonly codec: Codec; readonly signal: AbortSignal | undefined },
  keys: readonly string[],
): CommitsAhead {
  const waiting = [...keys];
  const texts = new Map<string, string>();
  const hashes = new Map<string, string>();

  function take(sha256: string): string | null {
    const text = texts.get(sha256) ?? null;
    texts.delete(sha256);
    return text;
  }

  return {
    async reach(key) {
      const at = waiting.lastIndexOf(key);
      if (at < 0) return;
      const next = waiting.splice(Math.max(0, at + 1 - WINDOW), Math.min(WINDOW, at + 1));
      await each(next, WINDOW, async (one) => {
        const found = await store.get(one, { signal }).catch(() => null);
        if (found?.kind !== 'found') return;
        const bytes = await readAll(found.body, CAPS.commit).catch(() => new Uint8Array());
        const sha256 = codec.sha256(bytes);
        texts.set(sha256, new TextDecoder().decode(bytes));
        hashes.set(one, sha256);
      });
    },
    take,
    taken: (key) => take(hashes.get(key) ?? ''),
  };
}
