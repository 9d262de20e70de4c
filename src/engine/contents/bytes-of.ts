import type { OpenFile } from '../ports.ts';

const READ_BYTES = 1 << 20;

/** A file from its beginning to where it ends when that is read. */
export async function* bytesOf(file: Pick<OpenFile, 'read'>): AsyncGenerator<Uint8Array> {
  for (let offset = 0; ; ) {
    const bytes = await file.read(offset, READ_BYTES);
    if (bytes.byteLength === 0) return;
    yield bytes;
    offset += bytes.byteLength;
  }
}
