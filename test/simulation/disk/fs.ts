/* What `src/adapters/fs` gets in place of `node:fs`: the same code on a simulated disk. */

export { constants } from 'node:fs';
export * as promises from './fs-promises.ts';
export * from './handle-calls.ts';
export * from './name-calls.ts';
