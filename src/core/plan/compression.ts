/** Which contents are worth compressing. */
export interface CompressionLimits {
  /** Smaller ones go as they are: a request costs more than what could be spared. Bytes. */
  readonly least: number;
}

export const COMPRESSION_LIMITS: CompressionLimits = { least: 4 << 10 };

/** Below this, trying it whole costs less than looking first. */
const SAMPLED_BYTES = 128 << 10;
const STRETCH_BYTES = 16 << 10;

/** From the beginning, the middle and the end of a large content, so that what is compressed already is not worked through. Null: try it whole. */
export function sampleOf(content: Uint8Array): Uint8Array | null {
  const { byteLength } = content;
  if (byteLength < SAMPLED_BYTES) return null;
  const sample = new Uint8Array(3 * STRETCH_BYTES);
  for (const [nth, at] of [0, (byteLength - STRETCH_BYTES) >> 1, byteLength - STRETCH_BYTES].entries()) {
    sample.set(content.subarray(at, at + STRETCH_BYTES), nth * STRETCH_BYTES);
  }
  return sample;
}

/** A tenth at least: everybody who reads it has to decode it. */
export const isWorthIt = (plainBytes: number, storedBytes: number): boolean => 10 * storedBytes <= 9 * plainBytes;
