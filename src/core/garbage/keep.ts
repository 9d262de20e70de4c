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
  /** Requests that such a collection may take; 1,000 when absent. */
  readonly mostRequests?: number;
}

export const HISTORY: HistoryPolicy = { commits: 100, ms: 30 * 24 * 3_600_000, collects: true };

/**
 * `later`: commits after it. `replacedMs`: how long ago the next of them was made, for so long a commit stands as head; null: the store
 * does not say, so it may be lately.
 */
export const isKept = (later: number, replacedMs: number | null, { commits, ms }: KeepLimits): boolean =>
  later < commits || (ms > 0 && (replacedMs === null || replacedMs <= ms));

/** What both keep. */
export const eitherOf = (a: KeepLimits, b: KeepLimits): KeepLimits => ({
  commits: Math.max(a.commits, b.commits),
  ms: Math.max(a.ms, b.ms),
});
