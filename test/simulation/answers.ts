import type { SyncError } from '../../src/core/errors.ts';
import type { Choice, Conflict } from '../../src/core/plan/plan.ts';
import type { SyncOptions } from '../../src/engine/datastore.ts';
import { hashOf } from './disk/node.ts';
import { filesOf, hiddenFilesOf } from './hands.ts';
import type { Answer } from './scenario.ts';
import type { World } from './world.ts';

/* What a person answers where a program asks. */

export type Approval = Pick<SyncOptions, 'acceptRemote' | 'allowMassDelete'>;

/** Whoever accepts another remote says again everything that lies in the root, also in folders that are out of sight for a while. */
export function joins({ machines, oracle, trace }: World, client: number): void {
  const machine = machines[client];
  if (machine === undefined) return;
  for (const [path, node] of [...filesOf(machine.disk), ...hiddenFilesOf(machine.disk)])
    oracle.people[client]?.insists(path, hashOf(node));
  trace.note(`person ${client + 1}: accepts the remote`);
}

/** What a person would pass next time. While the register or the root is in trouble the answer is to wait. */
export function approvalOf({ remote, machines }: World, client: number, { details }: SyncError): Approval {
  const vetoes = details as readonly { readonly kind: string; readonly generation?: number }[] | undefined;
  const waits = remote.headInTrouble || machines[client]?.rootIsAway === true;
  if (vetoes === undefined || waits) return {};
  const identity = vetoes.find(({ generation }) => generation !== undefined);
  return identity?.generation === undefined ? { allowMassDelete: true } : { acceptRemote: identity.generation };
}

/** Of one conflict that is shown. */
export function chosen({ oracle, trace }: World, client: number, conflict: Conflict, answer: Answer): Choice {
  const { path } = conflict;
  const [localSha256, remoteSha256] = [conflict.local?.sha256 ?? null, conflict.remote?.sha256 ?? null];
  const person = oracle.people[client];
  trace.note(`person ${client + 1}: decides ${path}: ${answer}`);
  if (remoteSha256 !== null) person?.sees(path, remoteSha256);
  if (answer === 'mine' || (answer === 'both' && remoteSha256 === null)) person?.insists(path, localSha256);
  if (answer === 'theirs' && localSha256 !== null) person?.givesUp(path, localSha256);
  return { path, answer, localSha256, remoteSha256 };
}
