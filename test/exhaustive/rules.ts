import {
  firstHead,
  judgeLease,
  remainingValidity,
  withCommit,
  withForcedRelease,
  withNewLease,
  withRelease,
  withRenewal,
  withSmallPush,
} from '../../src/core/format/lease-record.ts';
import { judgeSwap } from '../../src/core/swap.ts';

/** The decisions under test, and the few habits of the engine around them that safety rests on. Mutants replace one each. */
export const RULES = {
  judgeSwap,
  judgeLease,
  remainingValidity,
  firstHead,
  withNewLease,
  withRenewal,
  withRelease,
  withForcedRelease,
  withCommit,
  withSmallPush,
  /** A steal names the version that stood still. */
  stealIsConditional: true,
  /** Once the version that an attempt named is gone, the next attempt is for another tenure. */
  contestRenamesTenure: true,
  /** A commit is built only on the commit it was planned on. */
  commitChecksParent: true,
  /** A small push is not tried while a lease is seen. */
  smallPushWaits: true,
  /** The journal entry of a swap in doubt stays. */
  doubtKeepsJournal: true,
  /** Settling keeps what may still land. */
  settleKeepsOpen: true,
};

export type Rules = typeof RULES;
