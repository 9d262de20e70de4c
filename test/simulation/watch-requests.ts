import { BYTES_IN_FLIGHT } from './client.ts';

/** Changes of how many requests programs send at once. */
export interface Pace {
  more: number;
  fewer: number;
}

export interface WatchParts {
  readonly who: string;
  readonly pace: Pace;
  /** How many requests the program allows itself now. */
  readonly limit: () => number;
  readonly note: (line: string) => void;
  /** Of more bytes on their way than are allowed. */
  readonly blame: (detail: string) => void;
}

/** Told of every request of a program with its bytes; the returned function when it is answered. */
export function watchRequests({
  who,
  pace,
  limit,
  note,
  blame,
}: WatchParts): (what: string, bytes: number) => () => void {
  let bytes = 0;
  let largest = 0;
  let before: number | null = null;

  function look(now: number): void {
    if (before !== null && now !== before) {
      pace[now > before ? 'more' : 'fewer'] += 1;
      note(`${who}: ${now} requests at once`);
    }
    before = now;
  }

  return (what, size) => {
    look(limit());
    note(`${who}: ${what}`);
    // A swap waits for no other request: one at a time, and of a size that the format limits.
    if (what === 'put head') return () => {};
    bytes += size;
    largest = Math.max(largest, size);
    // What is larger than the whole budget goes when it has its turn.
    if (bytes > BYTES_IN_FLIGHT + largest) blame(`${who} has ${bytes} bytes in flight`);
    return () => {
      bytes -= size;
    };
  };
}
