const SLAB = 64 * 1024;
let slab = new Uint8Array(SLAB);
let used = 0;

/** A copy that nobody else has. Small ones share a buffer: one of their own costs more than all that is done with it. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length > SLAB / 8) return new Uint8Array(bytes);
  if (used + bytes.length > SLAB) {
    slab = new Uint8Array(SLAB);
    used = 0;
  }
  const copy = slab.subarray(used, used + bytes.length);
  copy.set(bytes);
  // Whoever looks at it as numbers needs it to begin where numbers may.
  used += Math.ceil(bytes.length / 8) * 8;
  return copy;
}
