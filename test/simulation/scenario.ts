import type { HistoryPolicy } from '../../src/core/garbage/keep.ts';
import type { CompressionLimits } from '../../src/core/plan/compression.ts';
import type { ChunkLimits } from '../../src/core/plan/cut-chunks.ts';
import type { PackLimits } from '../../src/core/plan/packs.ts';
import type { DiskTraits } from './disk/node.ts';

/* A whole run as data: made from a seed, played, shrunk by leaving parts out, told in words. Times are virtual milliseconds. */

export interface Scenario {
  readonly seed: number;
  readonly clients: readonly ClientTraits[];
  readonly remote: RemoteTraits;
  readonly steps: readonly Step[];
  /** A day and then two weeks pass at the end, so that what is kept is settled and dropped, too. */
  readonly endsNextDay: boolean;
}

export interface ClientTraits {
  /** Its settings keep more of the history than those of others. */
  readonly keepsMore?: boolean;
  readonly disk: DiskTraits;
  /** Ahead of the true time. */
  readonly clockAheadMs: number;
  /** Folders, below the root, that its configuration leaves out. */
  readonly excluded: readonly string[];
  /** Knows what the store can do from an earlier day: else its first write probes it, with a hundred requests. */
  readonly hasProbed: boolean;
  /** A second program works on the same root. */
  readonly hasCli: boolean;
  /** Asks for a second cycle while one runs. */
  readonly isHasty: boolean;
  /** How often others act before a file operation that does not block. */
  readonly diskPauses: number;
  readonly latencyMs: number;
  /** Which of its files travel together. */
  readonly packs: PackLimits;
  /** Where its large files are cut. */
  readonly chunks: ChunkLimits;
  /** Which of its contents are compressed. */
  readonly compression: CompressionLimits;
  readonly ttlMs: number;
  /** For a lease, or for another program on the root. */
  readonly waitMs: number;
}

export interface RemoteTraits {
  /** Takes ETags in If-Match only without their quotes. */
  readonly wantsBareEtags: boolean;
  /** Gives SHA-256 of what it stores. */
  readonly keepsChecksums: boolean;
  readonly clockAheadMs: number;
  /** How far back its commits stay; absent: all of them. */
  readonly history?: HistoryPolicy;
}

export interface Step {
  readonly id: number;
  readonly at: number;
  readonly client: number;
  readonly deed: Deed;
  /** What goes wrong on the way. */
  readonly strikes: readonly Strike[];
}

/** What a person does with files, at one moment and not to be interrupted. */
export type Act =
  | {
      readonly act: 'save';
      readonly path: string;
      /** `edited`: most of what was there stays, around something new. */
      readonly size: 'same' | 'edited' | number;
      readonly style: 'in place' | 'replace';
      /** Gets the mtime of what stood there, as a restored copy may (`cp -p`, `touch -r`), unless that was changed in this very step of the clock. */
      readonly keepsTime?: true;
    }
  /** Opens now, writes after `ms`, wherever the file is by then. */
  | { readonly act: 'save slowly'; readonly path: string; readonly ms: number }
  /** An earlier content of this path, anybody's. */
  | { readonly act: 'save an old version'; readonly path: string; readonly back: number }
  | { readonly act: 'rename'; readonly path: string; readonly to: string }
  | { readonly act: 'copy'; readonly path: string; readonly to: string }
  /** A link that stands for a folder meanwhile stays, but where `takesLinks`. */
  | { readonly act: 'delete'; readonly path: string; readonly takesLinks?: true }
  | { readonly act: 'touch'; readonly path: string }
  | { readonly act: 'make executable'; readonly path: string }
  | { readonly act: 'move folder'; readonly path: string; readonly to: string }
  | { readonly act: 'delete folder'; readonly path: string }
  /** A link to a folder outside takes the folder's place for `ms`. */
  | { readonly act: 'swap folder for a link'; readonly path: string; readonly ms: number }
  /** Sooner than it would come back by itself, or where that could not be. */
  | { readonly act: 'swap the link back'; readonly path: string };

export type Answer = 'mine' | 'theirs' | 'both';

export type Deed = Act | Command | Trouble;

/** What a person asks of a program. */
export type Command =
  | {
      readonly act: 'sync';
      readonly by: 'vscode' | 'cli';
      readonly direction?: 'pull' | 'push';
      readonly onConflict?: 'theirs' | 'both';
      /** Open in an editor, with text that is not saved. */
      readonly busy?: readonly string[];
    }
  | { readonly act: 'decide conflicts'; readonly answers: readonly Answer[] }
  | { readonly act: 'preview' }
  /** Takes back what one of its runs did to the files here, an undo among them: the `which`-th of those there are, from the latest. */
  | { readonly act: 'undo'; readonly by: 'vscode' | 'cli'; readonly which: number }
  /** With `repairs` it puts in order what a good side has. */
  | { readonly act: 'verify'; readonly repairs: boolean }
  | { readonly act: 'collect garbage'; readonly by: 'vscode' | 'cli' }
  | { readonly act: 'hold the lease'; readonly ms: number; readonly syncs: boolean }
  | { readonly act: 'force release' }
  | { readonly act: 'close window' };

/** What happens to machines, networks and buckets. */
export type Trouble =
  | { readonly act: 'kill'; readonly by: 'vscode' | 'cli' }
  | { readonly act: 'power cut' }
  | { readonly act: 'sleep'; readonly ms: number }
  | { readonly act: 'stand still'; readonly by: 'vscode' | 'cli'; readonly ms: number }
  | { readonly act: 'clock jump'; readonly ms: number }
  | { readonly act: 'network off'; readonly ms: number }
  | { readonly act: 'credentials expire'; readonly ms: number }
  | { readonly act: 'root away'; readonly ms: number; readonly leavesEmpty: boolean }
  | { readonly act: 'state lost' }
  | { readonly act: 'store busy'; readonly ms: number }
  | { readonly act: 'head missing'; readonly ms: number }
  | { readonly act: 'head corrupt'; readonly ms: number; readonly how: HeadDamage }
  /** The register of another datastore stands in the place of this one's. */
  | { readonly act: 'head foreign'; readonly ms: number }
  | { readonly act: 'head rolled back'; readonly ms: number }
  | {
      readonly act: 'object damaged';
      readonly ms: number;
      readonly how: 'missing' | 'flipped' | 'cut';
      readonly which: number;
    };

export const COMMANDS = [
  'sync',
  'decide conflicts',
  'preview',
  'undo',
  'verify',
  'collect garbage',
  'hold the lease',
  'force release',
  'close window',
] as const satisfies readonly Command['act'][];

export const TROUBLES = [
  'head corrupt',
  'head missing',
  'head foreign',
  'head rolled back',
  'object damaged',
  'kill',
  'power cut',
  'sleep',
  'stand still',
  'clock jump',
  'network off',
  'credentials expire',
  'root away',
  'state lost',
  'store busy',
] as const satisfies readonly Trouble['act'][];

export const HEAD_DAMAGES = ['cut', 'empty', 'of a newer format', 'too large'] as const;

export type HeadDamage = (typeof HEAD_DAMAGES)[number];

/** One thing that goes wrong at the `nth` call or request of a kind after its step began. */
export interface Strike {
  readonly at: 'call' | 'request';
  readonly on: string;
  readonly nth: number;
  readonly harm: Harm;
}

export type Harm =
  | { readonly kind: 'kill' }
  | { readonly kind: 'power' }
  | { readonly kind: 'errno'; readonly code: string }
  | { readonly kind: 'act'; readonly act: Act }
  /** The system takes a part of what is written, and says so. */
  | { readonly kind: 'short write' }
  | { readonly kind: 'stand still'; readonly ms: number }
  | { readonly kind: 'answer'; readonly how: AnswerFault };

export const ANSWER_FAULTS = [
  'lost before',
  'lost after',
  'never answered',
  'twice',
  'twice, second answered',
  'late',
  'busy',
  'busy after',
  'throttled',
  'throttled after',
  'conflict',
  'slow',
  'cut',
  'flipped',
  'dripping',
  'killed when sent',
  'killed after effect',
] as const;

export type AnswerFault = (typeof ANSWER_FAULTS)[number];

/** Comes with the body of an answer, not with the answer. */
export const isOfBody = (how: AnswerFault): boolean => how === 'cut' || how === 'flipped' || how === 'dripping';
