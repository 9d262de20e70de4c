import type { ObjectStore } from '../../../src/engine/ports.ts';
import type { Traits } from './traits.ts';

export interface Context {
  /** Below a prefix of this case alone. */
  readonly store: ObjectStore;
  readonly prefix: string;
  /** Another store in the same bucket. */
  readonly open: (prefix: string) => ObjectStore;
  readonly traits: Traits;
}

/** By the sentence that each one checks. */
export type Cases = Readonly<Record<string, (context: Context) => Promise<void>>>;
