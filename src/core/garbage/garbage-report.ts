/** What a collection has removed, or would. Counts are objects of the bucket, bytes what they take there. The CLI prints exactly this with `--json`. */
export interface GarbageReport {
  /** Of the commit that stands; null: there is none, and nothing was looked for. */
  readonly generation: number | null;
  /** Commits of the history that stay, and the generation of the oldest of them. */
  readonly kept: number;
  readonly oldest: number | null;
  readonly commits: number;
  readonly shards: number;
  readonly objects: number;
  readonly bytes: number;
  /** Of a dry run: who held the lease. What they have sent is not counted, as they may still commit it. */
  readonly holder: string | null;
  readonly requests: number;
  /** Wall milliseconds. */
  readonly ms: number;
}
