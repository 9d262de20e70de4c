import type { Head } from '../../src/core/format/records.ts';
import { SAFETY } from './oracle.ts';
import { RULES, type Rules } from './rules.ts';
import { type Found, search } from './search.ts';
import { createTakeovers, LIVENESS } from './takeover.ts';
import type { Scope } from './world.ts';

/** Shortest first: without the property of liveness where one of safety is violated as well. */
export function kill({ scope, rules }: Mutant): Found {
  const found = search(scope, rules, () => null);
  return found.violation === null ? search(scope, rules, createTakeovers(scope, rules).check) : found;
}

/** A rule that is wrong, and the property that its exploration must find violated. */
export interface Mutant {
  readonly rules: Rules;
  readonly scope: Scope;
  /** Whichever has the path with the fewest faults. */
  readonly violates: readonly string[];
}

const SMALL = { clients: 2, changes: 1, steals: 1, forces: 0, crashes: 0, pauses: 0, losses: 1, copies: 1 };
const { judgeSwap, judgeLease, withNewLease, withRenewal, withRelease, withCommit, withSmallPush } = RULES;

const mutant = (rules: Partial<Rules>, violates: readonly string[], scope: Partial<Scope> = {}): Mutant => ({
  rules: { ...RULES, ...rules },
  scope: { ...SMALL, ...scope },
  violates,
});

/** As if this tenure were asked about by its own holder. */
const asIfOurs = (head: Head): string => head.lease?.nonce ?? '';

export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'a lost answer is read as a lost swap': mutant(
    { judgeSwap: (doubt) => (judgeSwap(doubt) === 'won' ? 'lost' : judgeSwap(doubt)) },
    [SAFETY.lost],
  ),
  'a swap that has not landed yet is read as lost': mutant(
    { judgeSwap: (doubt) => (judgeSwap(doubt) === 'resend' ? 'lost' : judgeSwap(doubt)) },
    [SAFETY.lost],
  ),
  'a swap that has not landed yet is read as won': mutant(
    { judgeSwap: (doubt) => (judgeSwap(doubt) === 'resend' ? 'won' : judgeSwap(doubt)) },
    [SAFETY.won],
  ),
  'a swap that came second is read as won': mutant(
    { judgeSwap: (doubt) => (judgeSwap(doubt) === 'lost' ? 'won' : judgeSwap(doubt)) },
    [SAFETY.won],
  ),
  'the commits that the register remembers are not looked at': mutant(
    { judgeSwap: (doubt) => (judgeSwap(doubt) === 'superseded' ? 'lost' : judgeSwap(doubt)) },
    [SAFETY.lost],
  ),
  'a steal without a condition': mutant(
    { stealIsConditional: false },
    [SAFETY.owner, SAFETY.chain, SAFETY.rises, SAFETY.successor, SAFETY.lost],
    { copies: 0 },
  ),
  'a new lease that keeps the epoch': mutant(
    { withNewLease: (head, nonce, lease) => ({ ...withNewLease(head, nonce, lease), epoch: head.epoch }) },
    [SAFETY.owner],
  ),
  'a new lease that forgets the commits': mutant(
    { withNewLease: (head, nonce, lease) => ({ ...withNewLease(head, nonce, lease), recentCommits: [] }) },
    [SAFETY.chain],
  ),
  'a release that ends whatever tenure is there': mutant(
    { withRelease: (head, nonce) => withRelease(head, nonce, asIfOurs(head)) },
    [SAFETY.successor],
    { crashes: 1 },
  ),
  'a renewal of whatever tenure is there': mutant(
    { withRenewal: (head, nonce, _ours, at) => withRenewal(head, nonce, asIfOurs(head), at) },
    [SAFETY.successor],
    { pauses: 1 },
  ),
  'a commit under whatever tenure is there': mutant(
    { withCommit: (head, nonce, _ours, commit) => withCommit(head, nonce, asIfOurs(head), commit) },
    [SAFETY.successor, SAFETY.epoch],
    { pauses: 1 },
  ),
  'a force release that ends whatever tenure is there': mutant(
    { withForcedRelease: (head, nonce) => RULES.withForcedRelease(head, nonce, asIfOurs(head)) },
    [SAFETY.successor],
    { forces: 1 },
  ),
  'a commit that forgets the ones before': mutant(
    {
      withCommit: (head, nonce, ours, commit) => {
        const next = withCommit(head, nonce, ours, commit);
        return next && { ...next, recentCommits: [commit.id] };
      },
    },
    [SAFETY.chain],
  ),
  'a commit on whatever commit is there': mutant({ commitChecksParent: false }, [
    SAFETY.chain,
    SAFETY.once,
    SAFETY.lost,
  ]),
  'a small push under the lease of another': mutant(
    {
      withSmallPush: (head, nonce, commit) => withSmallPush({ ...head, lease: null }, nonce, commit),
      smallPushWaits: false,
    },
    [SAFETY.owner],
  ),
  'a small push that keeps the epoch': mutant(
    {
      withSmallPush: (head, nonce, commit) => {
        const next = withSmallPush(head, nonce, commit);
        return next && { ...next, epoch: head.epoch };
      },
    },
    [SAFETY.owner, SAFETY.epoch],
  ),
  'a renewal that keeps the nonce of the register': mutant(
    {
      withRenewal: (head, _nonce, ours, at) => withRenewal(head, head.nonce, ours, at),
    },
    [SAFETY.fresh],
  ),
  'a lease is stale at first sight': mutant(
    { judgeLease: (seen) => judgeLease({ ...seen, unchangedMs: Number.MAX_VALUE }) },
    [SAFETY.believers],
  ),
  'a holder never notices that its time is over': mutant({ remainingValidity: () => 1 }, [SAFETY.believers]),
  'a lease is never stale': mutant({ judgeLease: (seen) => judgeLease({ ...seen, unchangedMs: 0 }) }, [LIVENESS]),
  'the journal entry of a swap in doubt is dropped': mutant({ doubtKeepsJournal: false }, [SAFETY.lost]),
  'settling forgets what may still land': mutant({ settleKeepsOpen: false }, [SAFETY.lost]),
  'a contest keeps the nonce of a tenure that has ended': mutant({ contestRenamesTenure: false }, [SAFETY.names]),
};
