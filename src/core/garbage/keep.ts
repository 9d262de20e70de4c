/** How far back commits stay. One is kept that is within either. */
export interface KeepLimits {
  /** The latest so many, 1 at least. */
  readonly commits: number;
  /** Those that are no older, milliseconds by the store's own clock; 0: however young. */
  readonly ms: number;
}

/** What is kept, and whether a push collects the rest in passing. */
export interface HistoryPolicy extends KeepLimits {
  readonly collects: boolean;
  /** Requests that such a collection may take; 1,000 when absent. */
  readonly mostRequests?: number;
}

export const HISTORY: HistoryPolicy = { commits: 100, ms: 30 * 24 * 3_600_000, collects: true };

/** `later`: commits after it. `ageMs` null: the store does not say, so it may be young. */
export const isKept = (later: number, ageMs: number | null, { commits, ms }: KeepLimits): boolean =>
  later < commits || (ms > 0 && (ageMs === null || ageMs <= ms));
