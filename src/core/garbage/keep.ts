/** How far back commits stay. One is kept that is within either. */
export interface KeepLimits {
  /** The latest so many, 1 at least. */
  readonly commits: number;
  /** Those that were replaced no longer ago, milliseconds by the store's own clock; 0: however lately. */
  readonly ms: number;
}

/** What is kept, and whether a push collects the rest in passing. */
export interface HistoryPolicy extends KeepLimits {
  readonly collects: boolean;
  /** What such a collection keeps at least, whatever this workspace says: it decides for all. `HISTORY` when absent. */
  readonly least?: KeepLimits;
  /** What such a collection may take, deletions included; `IN_PASSING` when absent. */
  readonly most?: Ceiling;
}

export interface Ceiling {
  readonly requests: number;
  readonly ms: number;
}

/** What is more needs a person who asks for it. */
export const IN_PASSING: Ceiling = { requests: 10_000, ms: 10_000 };

export const HISTORY: HistoryPolicy = { commits: 100, ms: 30 * 24 * 3_600_000, collects: true };

/**
 * `later`: commits after it. `replacedMs`: how long ago the next of them was made, for so long a commit stands as head; null: the store
 * does not say, so it may be lately.
 */
export const isKept = (later: number, replacedMs: number | null, limits: KeepLimits): boolean =>
  later < limits.commits || isYoung(replacedMs, limits);

/**
 * Of a commit outside the chain: it lost its swap, or head was set back to before it. `above`: generations above head, as nobody has
 * taken its place yet. `replacedMs`: how long ago the first commit of the chain was made that came after it; null: none did, or the store
 * does not say.
 */
export const isDanglingKept = (above: number, replacedMs: number | null, limits: KeepLimits): boolean =>
  above > 0 || isYoung(replacedMs, limits);

const isYoung = (replacedMs: number | null, { ms }: KeepLimits): boolean =>
  ms > 0 && (replacedMs === null || replacedMs <= ms);

/** What both keep. */
export const eitherOf = (a: KeepLimits, b: KeepLimits): KeepLimits => ({
  commits: Math.max(a.commits, b.commits),
  ms: Math.max(a.ms, b.ms),
});
