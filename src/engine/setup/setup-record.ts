import type { Config } from '../../core/config/config.ts';
import type { StateFiles } from '../ports.ts';
import { createBaseStore } from '../state/base-store.ts';
import { removeNote } from './setup-note.ts';

/** A set-up under way: kept until its last step, so that the next run goes on. */
export interface SetupRecord {
  readonly format: 1;
  readonly from: Config | null;
  readonly to: Config;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Contents that it may have brought into the target's folder, by path. */
  readonly brought: ReadonlyMap<string, readonly string[]>;
  /** The target's folder is made by this set-up, and has not the mode of the source's yet. */
  readonly isMaking?: boolean;
  /** Contents of the source when it was last verified at the target, by path; none: it never was. */
  readonly verified?: ReadonlyMap<string, string>;
  /** All was verified, and this set-up names the new place itself; without it another did, and nothing of it was brought for sure. */
  readonly isSwitching?: boolean;
}

/** As it lies on disk. */
interface Written extends Omit<SetupRecord, 'brought' | 'verified'> {
  readonly brought: Readonly<Record<string, readonly string[]>>;
  readonly verified?: Readonly<Record<string, string>>;
}

const NAME = 'setup.json';

/** Null when there is none, or when it cannot be read: then the set-up begins anew. */
export async function readRecord(state: StateFiles): Promise<SetupRecord | null> {
  const bytes = await state.read(NAME);
  if (bytes === null) return null;
  try {
    const { brought, verified, ...found } = JSON.parse(new TextDecoder().decode(bytes)) as Written;
    if (found.format !== 1) return null;
    const known = verified === undefined ? {} : { verified: new Map(Object.entries(verified)) };
    return { ...found, brought: new Map(Object.entries(brought)), ...known };
  } catch {
    return null;
  }
}

function textOf({ brought, verified, ...record }: SetupRecord): string {
  const known = verified === undefined ? {} : { verified: Object.fromEntries(verified) };
  const written: Written = { ...record, brought: Object.fromEntries(brought), ...known };
  return `${JSON.stringify(written)}\n`;
}

/** The record of the set-up under way. What changes it resolves when that is durable. */
export interface RecordKeeper {
  now(): SetupRecord;
  /** As it is: before the first change to anything else. */
  write(): Promise<void>;
  /** The target's folder is not there, and will be made. */
  making(): Promise<void>;
  /** It is there, with its mode. */
  made(): Promise<void>;
  /** These contents, by path, will be brought into the target's folder. */
  willBring(files: ReadonlyMap<string, string>): Promise<void>;
  /** These contents of the source, by path, are at the target. */
  verified(contents: ReadonlyMap<string, string>): Promise<void>;
  /** All was verified, and the configuration is about to say so: a file that says so without this was written by another. */
  switching(): Promise<void>;
}

export function keepRecord(state: StateFiles, begun: SetupRecord): RecordKeeper {
  let record = begun;
  const write = (): Promise<void> => state.write(NAME, new TextEncoder().encode(textOf(record)));
  return {
    now: () => record,
    write,
    async making() {
      record = { ...record, isMaking: true };
      await write();
    },
    async made() {
      record = { ...record, isMaking: false };
      await write();
    },
    async willBring(files) {
      const brought = new Map(record.brought);
      for (const [path, sha256] of files) brought.set(path, [...new Set([...(brought.get(path) ?? []), sha256])]);
      record = { ...record, brought };
      await write();
    },
    async verified(contents) {
      record = { ...record, verified: new Map([...(record.verified ?? []), ...contents]) };
      await write();
    },
    async switching() {
      record = { ...record, isSwitching: true };
      await write();
    },
  };
}

/** What the set-up knows of its target becomes what the root knows of its remote. `isAgain`: unless that knows as much already. */
export async function promoteBase(from: StateFiles, to: StateFiles, isAgain: boolean): Promise<void> {
  const [source, target] = [createBaseStore(from), createBaseStore(to)];
  const found = await source.load();
  if (found === null) return;
  const known = (await target.load())?.meta;
  const isKnown = isAgain && known?.remote === found.meta.remote;
  if (isKnown && (known.newest?.generation ?? 0) >= (found.meta.newest?.generation ?? 0)) return;
  for (const sha256 of found.meta.kept) {
    const text = await source.kept(sha256);
    if (text !== null) await target.keep(sha256, text);
  }
  // Those of another remote: what is journaled of it would be looked for in vain.
  await target.setJournal([]);
  await target.setUploads(new Map());
  await target.save(found);
}

/** Nothing is left of it. */
export async function forgetSetup(state: StateFiles): Promise<void> {
  await removeNote(state);
  // First: without it the rest is litter, and never taken for a set-up under way.
  await state.remove(NAME);
  const base = createBaseStore(state);
  for (const sha256 of (await base.load())?.meta.kept ?? []) await base.drop(sha256);
  await base.setJournal([]);
  await base.setUploads(new Map());
  await base.setWholeProbe(null);
  await base.setOpenRun(null);
  await base.setLeaseNonce(null);
  await base.forget();
}
