import { bytesText, durationText } from '../quantities.ts';
import type { Asked } from './doctor-facts.ts';

/** A folder used in place, which is there: what stands between us and its files. */
export interface FolderHealth {
  /** Milliseconds until its names were read. */
  readonly readMs: number;
  /** A small file was written through to the file server and removed again, or why not. */
  readonly written: Asked<FolderWrite>;
  /** Bytes that this person may still write. */
  readonly freeBytes: number;
}

export interface FolderWrite {
  /** Milliseconds, the removal included. */
  readonly ms: number;
  /** The file server's clock by the file's own time, and ours meanwhile, milliseconds since 1970. */
  readonly clocks: { readonly server: number; readonly own: number };
}

/** Milliseconds that our clock is ahead of the file server's; negative: behind. */
export const skewOf = ({ clocks }: FolderWrite): number => clocks.own - clocks.server;

/** Programs that compare times of files (`make`) go wrong from here on. */
export const SKEW_SEEN_MS = 2000;

/** `in reach (2 ms), writable (14 ms), 12 GB free` */
export function healthText({ readMs, written, freeBytes }: FolderHealth): string {
  const parts = [`in reach (${durationText(readMs)})`];
  if (written.ok) {
    parts.push(`writable (${durationText(written.value.ms)})`);
    const skew = skewOf(written.value);
    if (Math.abs(skew) >= SKEW_SEEN_MS) parts.push(skewText(skew));
  } else {
    parts.push(`not writable: ${written.problem.message}`);
  }
  return [...parts, `${bytesText(freeBytes)} free`].join(', ');
}

/** `the clock here is 5 s ahead of the file server's` */
export function skewText(skew: number): string {
  const by = durationText(Math.abs(skew));
  return skew > 0
    ? `the clock here is ${by} ahead of the file server's`
    : `the clock here is ${by} behind the file server's`;
}
