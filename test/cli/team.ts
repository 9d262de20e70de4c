import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { type RemoteTruth, verifyRemote } from '../support/verify-remote.ts';
import type { Workspaces } from './harness.ts';
import type { Ended, Running } from './program.ts';
import { rereading } from './rereading.ts';
import { hashesBelow, sha256, storeOn } from './sides.ts';

/** Where a version that somebody saved is now. */
export type Whereabouts =
  | 'at its path'
  | 'conflict copy'
  | 'elsewhere on disk'
  | 'history'
  | 'overwritten by who had seen it'
  | 'LOST';

interface Version {
  readonly who: string;
  readonly path: string;
  readonly sha256: string;
}

/** One workspace of the team. What it writes is remembered. */
export interface Member {
  readonly name: string;
  readonly workspace: string;
  readonly root: string;
  save(file: string, content: string | Uint8Array): void;
  rename(from: string, to: string): void;
  remove(file: string): void;
  /** This member has both versions before them and lets the one here go. */
  letGo(file: string): void;
  read(file: string): string;
  /** Path to SHA-256. */
  files(): Record<string, string>;
  cli(...args: string[]): Promise<Ended>;
  start(...args: string[]): Running;
  /** `sync --json`, which must end with this code. */
  sync(code?: number): Promise<Record<string, unknown>>;
}

/** Several workspaces of one datastore, and an oracle that keeps every version ever saved. */
export interface Team {
  readonly store: ObjectStore;
  readonly members: readonly Member[];
  /** `more`: further lines of the configuration. */
  join(name: string, more: string): Promise<Member>;
  /** Walks the whole remote, every reference. */
  remote(): Promise<RemoteTruth>;
  /** Syncs all until nothing moves any more; at most a few rounds. */
  settle(): Promise<void>;
  /** All folders and the remote are the same by an independent hash, no lease is left, and another sync of each writes nothing. */
  expectEqual(): Promise<RemoteTruth>;
  /** Every version ever saved, and where it is; the test fails when one is lost. */
  whereabouts(): Promise<Record<Whereabouts, number>>;
}

export function openTeam(rig: Workspaces, prefix: string): Team {
  const store = storeOn(rig.place, prefix);
  const members: Member[] = [];
  const saved: Version[] = [];
  /** Versions that were on somebody's screen when they were replaced. */
  const seen = new Set<string>();

  async function join(name: string, more: string): Promise<Member> {
    const workspace = await rig.workspace(prefix, undefined, more);
    const root = path.join(workspace, 'data');
    mkdirSync(root);
    const at = (file: string): string => path.join(root, file);
    const letGo = (file: string): void => {
      if (existsSync(at(file))) seen.add(sha256(readFileSync(at(file))));
    };
    const cli = (...args: string[]): Promise<Ended> => rig.cli(workspace, args);
    const member: Member = {
      name,
      workspace,
      root,
      letGo,
      cli,
      save(file, content) {
        letGo(file);
        mkdirSync(path.dirname(at(file)), { recursive: true });
        writeFileSync(at(file), content);
        saved.push({ who: name, path: file, sha256: sha256(content) });
      },
      rename(from, to) {
        letGo(to);
        mkdirSync(path.dirname(at(to)), { recursive: true });
        renameSync(at(from), at(to));
      },
      remove(file) {
        letGo(file);
        rmSync(at(file));
      },
      read: (file) => readFileSync(at(file), 'utf8'),
      files: () => hashesBelow(root),
      start: (...args) => rig.start(workspace, args),
      async sync(code = 0) {
        const ended = await cli('sync', '--json');
        expect({ code: ended.code, stdout: ended.stdout, stderr: ended.stderr }).toMatchObject({ code });
        return ended.json();
      },
    };
    members.push(member);
    return member;
  }

  const look = rereading(store);
  async function remote(): Promise<RemoteTruth> {
    const truth = await verifyRemote(await look());
    if (truth === null) throw new Error('there is no head');
    return truth;
  }

  return {
    store,
    members,
    join,
    remote,
    async settle() {
      for (let quiet = 0, round = 0; quiet < members.length; round += 1) {
        if (round > 12) throw new Error('they do not come to rest');
        for (const member of members) {
          const { uploaded, downloaded, deletedLocal, deletedRemote } = await member.sync();
          const isQuiet = [uploaded, downloaded, deletedLocal, deletedRemote].every((moved) => moved === 0);
          quiet = isQuiet ? quiet + 1 : 0;
        }
      }
    },
    async expectEqual() {
      const truth = await remote();
      const there = Object.fromEntries([...truth.files].map(([file, content]) => [file, sha256(content)]));
      for (const member of members) expect({ [member.name]: member.files() }).toEqual({ [member.name]: sorted(there) });
      expect(truth.lease).toBeNull();
      const before = await headText(store);
      for (const member of members)
        expect(await member.sync()).toMatchObject({ ok: true, requests: 1, uploaded: 0, downloaded: 0, adopted: 0 });
      expect(await headText(store)).toBe(before);
      return truth;
    },
    async whereabouts() {
      const { everCommitted } = await remote();
      const onDisk = members.map((member) => member.files());
      const found: Record<Whereabouts, number> = {
        'at its path': 0,
        'conflict copy': 0,
        'elsewhere on disk': 0,
        history: 0,
        'overwritten by who had seen it': 0,
        LOST: 0,
      };
      const lost: Version[] = [];
      for (const version of saved) {
        const where = whereIs(version, onDisk, everCommitted, seen);
        found[where] += 1;
        if (where === 'LOST') lost.push(version);
      }
      expect(lost).toEqual([]);
      return found;
    },
  };
}

function whereIs(
  version: Version,
  disks: readonly Record<string, string>[],
  committed: ReadonlySet<string>,
  seen: ReadonlySet<string>,
): Whereabouts {
  if (disks.some((files) => files[version.path] === version.sha256)) return 'at its path';
  const paths = disks.flatMap((files) => Object.keys(files).filter((file) => files[file] === version.sha256));
  if (paths.some((file) => file.includes('.conflict-'))) return 'conflict copy';
  if (paths.length > 0) return 'elsewhere on disk';
  if (committed.has(version.sha256)) return 'history';
  return seen.has(version.sha256) ? 'overwritten by who had seen it' : 'LOST';
}

const sorted = (files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));

export async function headText(store: ObjectStore): Promise<string> {
  const found = await store.get('head.json');
  if (found.kind !== 'found') throw new Error('there is no head');
  const parts: Uint8Array[] = [];
  for await (const part of found.body) parts.push(part);
  return Buffer.concat(parts).toString();
}
