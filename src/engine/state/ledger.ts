import type { BaseEntry, BaseTree } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { type BaseMeta, type BaseStore, emptyBase } from './base-store.ts';
import { type DraftTree, draftOf, isDraft } from './draft-tree.ts';

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
  let entries: BaseTree = usable?.entries ?? new Map<SyncPath, BaseEntry>();
  /** What the store has of them; null: nothing, or it is older. */
  let kept: BaseTree | null = usable?.entries ?? null;
  let own: DraftTree | null = null;
  let meta = (usable ?? emptyBase(remote)).meta;
  let dirty = false;
  // Most cycles change nothing, and most others little.
  const writable = () => {
    own ??= isDraft(entries) ? entries : draftOf(entries);
    entries = own;
    kept = null;
    dirty = true;
    return own;
  };
  return {
    get entries() {
      return entries;
    },
    get meta() {
      return meta;
    },
    advance(advanced, forgotten) {
      for (const path of forgotten) if (entries.has(path)) writable().delete(path);
      for (const entry of advanced) writable().set(entry);
    },
    note(change) {
      meta = { ...meta, ...change };
      dirty = true;
    },
    discard() {
      writable().clear();
      meta = { ...meta, commit: null };
    },
    async save() {
      if (!dirty) return;
      kept = await store.save({ meta, entries: kept ?? entries });
      dirty = false;
    },
  };
}
