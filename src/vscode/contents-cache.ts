export interface ContentsCache {
  /** What is kept under this key, else what `load` gives. */
  read(key: string, load: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

/** Keeps what was read last, up to so many bytes in all. What is asked for twice at a time is read once; what fails is not kept. */
export function createContentsCache(mostBytes: number): ContentsCache {
  const kept = new Map<string, { readonly content: Promise<Uint8Array>; size: number | null }>();

  function forgetOldest(): void {
    let bytes = [...kept.values()].reduce((sum, { size }) => sum + (size ?? 0), 0);
    for (const [key, { size }] of kept) {
      if (bytes <= mostBytes) return;
      if (size === null) continue;
      kept.delete(key);
      bytes -= size;
    }
  }

  return {
    read(key, load) {
      const known = kept.get(key);
      if (known !== undefined) return known.content;
      const entry: { readonly content: Promise<Uint8Array>; size: number | null } = { content: load(), size: null };
      kept.set(key, entry);
      entry.content.then(
        ({ byteLength }) => {
          entry.size = byteLength;
          forgetOldest();
        },
        () => kept.delete(key),
      );
      return entry.content;
    },
  };
}

/** Null of a body with more bytes than that; then the rest is not read. */
export async function readAtMost(body: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > mostBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
