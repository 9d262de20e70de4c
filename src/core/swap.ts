import type { StoreErrorKind } from './errors.ts';
import type { Head } from './format/records.ts';

/** A write of the register that did not answer 200, and what was read back afterwards. */
export interface SwapDoubt {
  /** The head we sent. */
  readonly sent: Head;
  /** Whether this write sets a commit; a renewal merely carries the one that stood. */
  readonly commits: boolean;
  /** The version our condition named; null: it had to be absent. */
  readonly named: string | null;
  readonly answer: StoreErrorKind;
  /** Null: no register is there. */
  readonly found: { readonly etag: string; readonly head: Head } | null;
}

export type SwapVerdict =
  /** It is ours: the answer was lost, or a gateway had sent the request twice. */
  | 'won'
  /** Our commit is in, and somebody has written since. */
  | 'superseded'
  /** The version we named is gone for good, and what is there is not ours: our request can never land. */
  | 'lost'
  /** The register has not moved: the same bytes under the same condition may be sent again. */
  | 'resend'
  /** Refused although the version we named stands: the store changed how it takes conditions. */
  | 'misjudged'
  /** More has happened since than the register remembers: only the chain of commits can tell. */
  | 'ask-the-chain'
  | 'vanished'
  | 'unsupported';

/** How many commits the register remembers. Source: remote format 1. */
const REMEMBERED = 32;

/**
 * The answer table of the compare-and-swap (200 is not here: it is won). Rests on one fact: every write carries a fresh
 * nonce, so a version that was replaced never comes back, and a condition that names it never holds again.
 */
export function judgeSwap({ sent, commits, named, answer, found }: SwapDoubt): SwapVerdict {
  if (answer === 'unsupported') return 'unsupported';
  if (found === null) return named === null ? 'resend' : 'vanished';
  if (found.head.nonce === sent.nonce) return 'won';
  const commit = commits ? sent.commit : null;
  if (commit !== null && found.head.recentCommits.includes(commit.id)) return 'superseded';
  if (found.etag === named) return answer === 'precondition' ? 'misjudged' : 'resend';
  const since = (found.head.commit?.generation ?? 0) - (commit?.generation ?? 0);
  return commit !== null && since >= REMEMBERED ? 'ask-the-chain' : 'lost';
}
