import { setFlagsFromString } from 'node:v8';

/** For a program that lives for a fraction of a second, or for as long as many files take. To be called before anything is loaded. */
export function sizeHeap(): void {
  // On a machine with much memory V8 lets garbage pile up to twice what ten thousand files need; this costs no time.
  setFlagsFromString('--heap-growing-percent=40');
  // What is new gets its room at once: step by step, all would be stopped eight times in the quarter of a second that a look at ten thousand files takes.
  setFlagsFromString('--semi-space-growth-factor=16');
}
