import { isCommitKey, isObjectKey, isShardKey } from '../format/fields.ts';

/** What stays, and how far the collector may reach. */
export interface Reach {
  /** Keys of the kept commits, and of all shards and objects that they name. */
  readonly named: { has(key: string): boolean };
  /** The collector's own: what carries it, or a later one, may be named by a commit that comes. */
  readonly epoch: number;
  /** Of the commit that stands: a commit of a later one may still come. */
  readonly generation: number;
  /** Keys of later commits that were given up by a person's word. */
  readonly givenUp: ReadonlySet<string>;
}

/**
 * Whether nobody names what lies under this key, nor ever will. A commit joins the chain only with a generation above that of the one
 * that stands, and it names nothing but what that one names and what its own epoch wrote. Of keys that are not of the format: never.
 */
export function isGarbage(key: string, { named, epoch, generation, givenUp }: Reach): boolean {
  if (isCommitKey(key)) return !named.has(key) && (generationInKey(key) <= generation || givenUp.has(key));
  const written = epochInKey(key);
  return written !== null && written < epoch && !named.has(key);
}

/** The epoch that wrote a shard or an object; null where this is the key of neither. */
export const epochInKey = (key: string): number | null =>
  isShardKey(key) || isObjectKey(key) ? Number.parseInt(key.slice(key.indexOf('-') + 1), 10) : null;

export const generationInKey = (key: string): number => Number.parseInt(key.slice('commits/'.length), 10);

/** The 64 hex digits in the key of a shard or an object. */
export const hashInName = (key: string): string => key.slice(key.indexOf('/') + 1, key.indexOf('-'));

const NAMED = /(?:objects\/[0-9a-f]{64}-\d{1,16}(?!\d)|index\/[0-9a-f]{64}-\d{1,16}\.jsonl\.gz)/g;

/** The keys of shards and objects that stand anywhere in a text: also in fields that this version does not know. */
export const keysIn = (text: string): readonly string[] => text.match(NAMED) ?? [];
