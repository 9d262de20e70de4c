import { compareUtf8, partitionPoint } from './key-order.ts';

export interface ListingRequest {
  readonly prefix: string;
  /** Empty: no grouping. */
  readonly delimiter: string;
  /** Where the last page ended: a key, or a common prefix, whose keys are then all behind us. */
  readonly after: { readonly name: string; readonly group: boolean } | undefined;
  readonly limit: number;
}

export interface ListingPage {
  readonly keys: readonly string[];
  readonly groups: readonly string[];
  /** Set when there is more: pass it as `after`. */
  readonly next: { readonly name: string; readonly group: boolean } | undefined;
}

/** One page of keys and common prefixes, from keys in UTF-8 order. Costs the page, not the bucket. */
export function listPage(sorted: readonly string[], request: ListingRequest): ListingPage {
  const { prefix, delimiter, after, limit } = request;
  const keys: string[] = [];
  const groups: string[] = [];
  let last: ListingPage['next'];
  let at = partitionPoint(
    sorted,
    (key) => compareUtf8(key, prefix) < 0 || (after !== undefined && isBehind(key, after)),
  );
  for (;;) {
    const key = sorted[at];
    if (key === undefined || !key.startsWith(prefix)) return { keys, groups, next: undefined };
    if (keys.length + groups.length >= limit) return { keys, groups, next: limit === 0 ? undefined : last };
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut < 0) {
      keys.push(key);
      last = { name: key, group: false };
      at++;
    } else {
      const group = { name: key.slice(0, cut + delimiter.length), group: true };
      groups.push(group.name);
      last = group;
      at = partitionPoint(sorted, (other) => isBehind(other, group));
    }
  }
}

function isBehind(key: string, after: { readonly name: string; readonly group: boolean }): boolean {
  return compareUtf8(key, after.name) <= 0 || (after.group && key.startsWith(after.name));
}
