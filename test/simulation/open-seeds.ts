/**
 * Seeds that go red and are not yet judged: a defect of the engine, or a false alarm of the oracle. Each stands for an open
 * question, and `npm test` prints them; a seed that turns green has to leave this list.
 */
export const OPEN_SEEDS: ReadonlySet<number> = new Set([509, 929, 1238, 1290, 1464, 1590, 1698, 1712]);
