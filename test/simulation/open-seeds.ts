/**
 * Seeds that are red for a defect that is known and not mended yet; `npm test` prints them, and a seed that turns green has to
 * leave this list. Both: a file system without hard links, where a crash in the middle of a copy leaves a part under the final
 * name, and the next cycle takes it for a file that somebody saved. No saved byte is lost.
 */
export const OPEN_SEEDS: ReadonlySet<number> = new Set([1238, 1712]);
