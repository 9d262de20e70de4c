import type { Blame } from './invariants.ts';
import type { RawHead } from './remote-format.ts';

/** Whose write it is: one process of one workspace. */
export interface Writer {
  /** `user@host` */
  readonly holder: string;
  readonly process: number;
}

const RECENT = 32;

/** Compares each write of the register with the version it replaces: who may do what, by the nonces of leases and never by names. */
export function createRegisterCheck(blame: Blame): (before: RawHead | null, next: RawHead, by: Writer) => void {
  /** The process that took each lease, by its nonce. */
  const owners = new Map<string, Writer>();
  const tenures = new Map<number, string>();
  const nonces = new Set<string>();

  return (before, next, by) => {
    if (nonces.has(next.nonce)) blame(1, 'the register was written again with the same nonce');
    nonces.add(next.nonce);
    checkLetter(next);
    checkTenure(before, next, by);
    checkRecent(before, next);
    if (before === null) {
      if (next.epoch !== 1) blame(2, `the first epoch is ${next.epoch}`);
      return;
    }
    if (next.datastoreId !== before.datastoreId) blame(1, 'the datastore became another');
    if (next.commit === null && before.commit !== null) blame(1, 'the commit was taken away');
    checkStep(before, next, by);
  };

  function checkLetter({ format, epoch, datastoreId, nonce, lease }: RawHead): void {
    const isLease = lease === null || (HEX.test(lease.nonce) && lease.ttlMs > 0 && lease.holder !== '');
    if (format !== 1 || !Number.isSafeInteger(epoch) || datastoreId === '' || !HEX.test(nonce) || !isLease)
      blame(1, 'the register is not written by the letter of the format');
  }

  function checkTenure(before: RawHead | null, next: RawHead, by: Writer): void {
    if (next.lease === null) return;
    const known = tenures.get(next.epoch);
    if (known !== undefined && known !== next.lease.nonce) blame(2, `epoch ${next.epoch} has a second owner`);
    tenures.set(next.epoch, next.lease.nonce);
    const owner = owners.get(next.lease.nonce);
    if (owner === undefined) owners.set(next.lease.nonce, by);
    else if (before?.lease?.nonce !== next.lease.nonce) blame(2, `the nonce of a lease that has ended is used again`);
    else if (owner.process !== by.process) blame(2, `${nameOf(by)} renews the lease of ${nameOf(owner)}`);
  }

  function checkRecent(before: RawHead | null, next: RawHead): void {
    const old = before?.recentCommits ?? [];
    const isNew = next.commit !== null && next.commit.id !== before?.commit?.id;
    const expected = isNew ? [next.commit.id, ...old].slice(0, RECENT) : old;
    if (JSON.stringify(next.recentCommits) !== JSON.stringify(expected))
      blame(1, `recentCommits are ${next.recentCommits.join(' ')}, not ${expected.join(' ')}`);
  }

  function checkStep(before: RawHead, next: RawHead, by: Writer): void {
    const commits = next.commit?.id !== before.commit?.id;
    switch (next.epoch - before.epoch) {
      case 0: {
        if (next.lease !== null && next.lease.nonce !== before.lease?.nonce)
          blame(2, `epoch ${next.epoch}: another tenure began without a new epoch`);
        const owner = before.lease === null ? undefined : owners.get(before.lease.nonce);
        if (commits && owner?.process !== by.process)
          blame(2, `epoch ${next.epoch}: ${nameOf(by)} commits under the lease of ${owner ? nameOf(owner) : 'nobody'}`);
        // Another process of the same workspace may give it back.
        if (next.lease === null && owner?.holder !== by.holder)
          blame(2, `epoch ${next.epoch}: ${nameOf(by)} gives back the lease of ${owner ? nameOf(owner) : 'nobody'}`);
        return;
      }
      case 1:
        if (commits && (before.lease !== null || next.lease !== null))
          blame(2, `${nameOf(by)} commits over a lease that is held`);
        return;
      default:
        blame(1, `the epoch goes from ${before.epoch} to ${next.epoch}`);
    }
  }
}

const HEX = /^[0-9a-f]{32}$/;

const nameOf = ({ holder, process }: Writer): string => `process ${process} of ${holder}`;
