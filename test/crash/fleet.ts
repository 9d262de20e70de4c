import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { openWorkspaces, type Place } from '../cli/harness.ts';
import type { Running } from '../cli/program.ts';

export interface Member {
  readonly name: string;
  readonly workspace: string;
  /** The shared folder, absolute. */
  readonly root: string;
}

/** Workspaces of one datastore, and the program in all of them. */
export interface Fleet {
  /** Home of its person, with the state folder `state`. */
  readonly folder: string;
  readonly members: readonly Member[];
  start(member: Member, words: readonly string[]): Running;
  close(): Promise<void>;
}

export interface FleetOptions {
  /** Absolute, see `keepProgram`. */
  readonly program: string;
  readonly prefix: string;
  readonly members: number;
  readonly ttlSeconds: number;
}

export async function openFleet(place: Place, { program, prefix, members, ttlSeconds }: FleetOptions): Promise<Fleet> {
  const workspaces = await openWorkspaces(place, { program });
  const join = async (index: number): Promise<Member> => {
    const lock = `lock: { ttlSeconds: ${ttlSeconds}, waitSeconds: 60 }`;
    const workspace = await workspaces.workspace(prefix, undefined, lock);
    const root = path.join(workspace, 'data');
    mkdirSync(root);
    return { name: `user-${index}`, workspace, root };
  };
  return {
    folder: workspaces.folder,
    members: await Promise.all(Array.from({ length: members }, (_, index) => join(index))),
    start: ({ workspace }, words) => workspaces.start(workspace, words),
    close: () => workspaces.close(),
  };
}
