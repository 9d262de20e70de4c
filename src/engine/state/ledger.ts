import type { BaseEntry, BaseTree } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { type BaseMeta, type BaseStore, emptyBase } from './base-store.ts';

/** The base while a cycle runs: only what was verified done goes in, and what is in is saved even when the cycle fails. */
export interface Ledger {
  readonly entries: BaseTree;
  readonly meta: BaseMeta;
  advance(entries: Iterable<BaseEntry>, forgotten: Iterable<SyncPath>): void;
  note(change: Partial<BaseMeta>): void;
  /** Begins anew, knowingly: forgets everything known equal; what was highest stays. */
  discard(): void;
  /** Durable when it resolves; nothing is written when nothing has changed. */
  save(): Promise<void>;
}

/** A base of another remote is no base for this one. */
export async function openLedger(store: BaseStore, remote: string): Promise<Ledger> {
  const found = await store.load();
  const usable = found !== null && found.meta.remote === remote ? found : null;
  const entries = new Map(usable?.entries ?? []);
  let meta = (usable ?? emptyBase(remote)).meta;
  let dirty = false;
  return {
    entries,
    get meta() {
      return meta;
    },
    advance(advanced, forgotten) {
      for (const path of forgotten) dirty = entries.delete(path) || dirty;
      for (const entry of advanced) {
        entries.set(entry.path, entry);
        dirty = true;
      }
    },
    note(change) {
      meta = { ...meta, ...change };
      dirty = true;
    },
    discard() {
      entries.clear();
      meta = { ...meta, commit: null };
      dirty = true;
    },
    async save() {
      if (!dirty) return;
      await store.save({ meta, entries });
      dirty = false;
    },
  };
}
