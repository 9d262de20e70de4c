import { crc32 } from 'node:zlib';

/** A running checksum or hash: bytes in, raw digest out (big endian, as S3 encodes checksums). */
export interface Hasher {
  update(chunk: Buffer): unknown;
  digest(): Buffer;
}

export function crc32Hasher(): Hasher {
  let value = 0;
  return {
    update(chunk) {
      value = crc32(chunk, value);
    },
    digest: () => word(value),
  };
}

export function crc32cHasher(): Hasher {
  const table = castagnoli();
  let value = 0xffffffff;
  return {
    update(chunk) {
      for (const byte of chunk) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
    },
    digest: () => word(~value >>> 0),
  };
}

/** CRC-64/NVME in two 32-bit halves: BigInt would be a hundred times slower. */
export function crc64nvmeHasher(): Hasher {
  const { high, low } = nvme();
  let [top, bottom] = [0xffffffff, 0xffffffff];
  return {
    update(chunk) {
      for (const byte of chunk) {
        const index = (bottom ^ byte) & 0xff;
        bottom = ((bottom >>> 8) | (top << 24)) ^ (low[index] ?? 0);
        top = (top >>> 8) ^ (high[index] ?? 0);
      }
    },
    digest: () => Buffer.concat([word(~top >>> 0), word(~bottom >>> 0)]),
  };
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

let castagnoliTable: Int32Array | undefined;

function castagnoli(): Int32Array {
  castagnoliTable ??= Int32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    return value;
  });
  return castagnoliTable;
}

let nvmeTables: { high: Int32Array; low: Int32Array } | undefined;

function nvme(): { high: Int32Array; low: Int32Array } {
  if (nvmeTables !== undefined) return nvmeTables;
  const high = new Int32Array(256);
  const low = new Int32Array(256);
  for (let index = 0; index < 256; index++) {
    let [top, bottom] = [0, index];
    for (let bit = 0; bit < 8; bit++) {
      const odd = bottom & 1;
      bottom = (bottom >>> 1) | ((top & 1) << 31);
      top >>>= 1;
      if (odd) {
        top ^= 0x9a6c9329;
        bottom ^= 0xac4bc9b5;
      }
    }
    high[index] = top;
    low[index] = bottom;
  }
  nvmeTables = { high, low };
  return nvmeTables;
}
