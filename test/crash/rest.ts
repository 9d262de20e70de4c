import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import type { ObjectStore } from '../../src/engine/ports.ts';
import type { Ended } from '../cli/program.ts';
import { hashesBelow } from '../cli/sides.ts';
import { verifyRemote } from '../support/verify-remote.ts';
import type { Fleet, Member } from './fleet.ts';
import type { Chance } from './random.ts';
import type { Versions, Whereabouts } from './versions.ts';

export interface Rest {
  readonly commits: number;
  readonly epoch: number;
  /** In every folder and on the remote. */
  readonly files: number;
  /** Conflicts that were held back and then decided. */
  readonly decided: number;
  readonly whereabouts: Readonly<Record<Whereabouts, number>>;
  readonly failures: readonly string[];
}

export interface RestOptions {
  readonly fleet: Fleet;
  readonly store: ObjectStore;
  readonly versions: Versions;
  readonly chance: Chance;
}

/** Rounds of all members at once until nothing moves; conflicts cost some. */
const ROUNDS = 60;
const TWO_WEEKS_AND_HOUR = (14 * 24 + 1) * 3600;

/** When nobody writes any more: syncs all until nothing moves, decides conflicts, lets two weeks pass, and looks at everything. Rejects when they do not come to rest. */
export async function bringToRest({ fleet, store, versions, chance }: RestOptions): Promise<Rest> {
  const { members } = fleet;
  let decided = 0;
  await quiet();
  // What a program wrote late into a replaced file comes back at the latest when the replaced file's time is over.
  for (const { root } of members) age(root);
  await quiet();

  const failures: string[] = [];
  const truth = await verifyRemote(store);
  if (truth === null) throw new Error('there is no head');
  const there = Object.fromEntries(
    [...truth.files].map(([file, content]) => [file, createHash('sha256').update(content).digest('hex')]),
  );
  const folders = members.map(({ root }) => hashesBelow(root));
  for (const [index, files] of folders.entries()) {
    const differing = [...new Set([...Object.keys(files), ...Object.keys(there)])].filter(
      (file) => files[file] !== there[file],
    );
    if (differing.length > 0)
      failures.push(`${members[index]?.name} differs from the remote in ${differing.join(', ')}`);
  }
  if (truth.lease !== null) failures.push('a lease is left');
  for (const { name, root } of members) {
    const left = leftInStaging(root);
    if (left.length > 0) failures.push(`${name} has in staging: ${left.join(', ')}`);
  }
  const { counts, lost } = versions.whereabouts(folders, truth.everCommitted);
  failures.push(...lost.map((what) => `LOST: ${what}`));
  return {
    commits: truth.generation,
    epoch: truth.epoch,
    files: truth.files.size,
    decided,
    whereabouts: counts,
    failures,
  };

  async function quiet(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const still = await Promise.all(members.map(syncOnce));
      if (still.every((one) => one)) return;
    }
    throw new Error('they do not come to rest');
  }

  /** Whether there was nothing to do. */
  async function syncOnce(member: Member): Promise<boolean> {
    const { code, stdout, stderr } = await fleet.start(member, ['sync', '--json']).ended;
    // A ttl of a second runs out by itself on a busy machine.
    if (code === 4) return false;
    const report = JSON.parse(stdout) as Report;
    if (code === 3) await decide(member, report);
    else if (code !== 0 && code !== 1) throw new Error(`a last sync: ${stdout}${stderr}`);
    const { uploaded, downloaded, deletedLocal, deletedRemote } = report;
    return code === 0 && uploaded + downloaded + deletedLocal + deletedRemote === 0;
  }

  async function decide(member: Member, { conflicts }: Report): Promise<Ended | null> {
    const [conflict] = conflicts;
    if (conflict === undefined) return null;
    decided += 1;
    const answer = chance.pick(
      conflict.reason === 'both-changed' ? ['--mine', '--both', '--theirs'] : ['--mine', '--theirs'],
    );
    const here = path.join(member.root, conflict.path);
    // Whoever takes theirs has both before them.
    if (answer === '--theirs' && existsSync(here)) versions.seen(readFileSync(here));
    return fleet.start(member, ['resolve', conflict.path, answer, '--json']).ended;
  }
}

interface Report {
  readonly uploaded: number;
  readonly downloaded: number;
  readonly deletedLocal: number;
  readonly deletedRemote: number;
  readonly conflicts: readonly { readonly path: string; readonly reason: string }[];
}

/** Makes everything in the staging folder two weeks and an hour older. */
function age(root: string): void {
  const staging = path.join(root, '.datastore-staging');
  const then = Date.now() / 1000 - TWO_WEEKS_AND_HOUR;
  for (const name of readdirSync(staging)) utimesSync(path.join(staging, name), then, then);
}

/** What is still there and should not be: all but the mark of the root, and runs that keep what they replaced for less than that. */
function leftInStaging(root: string): string[] {
  const staging = path.join(root, '.datastore-staging');
  const then = Date.now() - TWO_WEEKS_AND_HOUR * 1000;
  return readdirSync(staging).filter((name) => {
    const stats = lstatSync(path.join(staging, name));
    return name !== 'root.json' && !(stats.isDirectory() && /^[\w-]+$/.test(name) && stats.mtimeMs > then);
  });
}
