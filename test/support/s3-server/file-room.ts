import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Blob, type BlobRoom, type BlobSink, sliceBlob } from './blob.ts';

const flushAt = 1 << 20;
const readSize = 256 << 10;

/** A room that streams bodies to files of a folder. sweep() drops files that nothing holds (left by a crash). */
export function fileRoom(folder: string): BlobRoom & { sweep(): void } {
  mkdirSync(folder, { recursive: true });
  const references = new Map<string, number>();
  function hold(blob: Blob): void {
    for (const segment of blob) {
      if ('file' in segment) references.set(segment.file, (references.get(segment.file) ?? 0) + 1);
    }
  }
  function release(blob: Blob): void {
    for (const segment of blob) {
      if (!('file' in segment)) continue;
      const left = (references.get(segment.file) ?? 0) - 1;
      if (left > 0) references.set(segment.file, left);
      else {
        references.delete(segment.file);
        rmSync(join(folder, segment.file), { force: true });
      }
    }
  }
  return {
    sink: () => fileSink(folder, hold),
    hold,
    release,
    async *read(blob, offset, length) {
      for (const segment of sliceBlob(blob, offset, length)) {
        if ('bytes' in segment) yield segment.bytes;
        else yield* readFileRange(join(folder, segment.file), segment.offset, segment.length);
      }
    },
    sweep() {
      for (const name of readdirSync(folder)) if (!references.has(name)) rmSync(join(folder, name), { force: true });
    },
  };
}

function fileSink(folder: string, hold: (blob: Blob) => void): BlobSink {
  const file = randomUUID();
  let handle: FileHandle | undefined;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let length = 0;
  async function flush(): Promise<void> {
    handle ??= await open(join(folder, file), 'wx');
    const bytes = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    await handle.appendFile(bytes);
  }
  return {
    write(chunk) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      length += chunk.length;
      return pendingBytes >= flushAt ? flush() : undefined;
    },
    async finish() {
      if (length === 0) return [];
      await flush();
      await handle?.close();
      const blob = [{ file, offset: 0, length }];
      hold(blob);
      return blob;
    },
    async discard() {
      await handle?.close();
      rmSync(join(folder, file), { force: true });
    },
  };
}

async function* readFileRange(path: string, offset: number, length: number): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r');
  try {
    for (let done = 0; done < length; ) {
      const buffer = Buffer.allocUnsafe(Math.min(readSize, length - done));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset + done);
      if (bytesRead === 0) throw new Error(`${path} is shorter than recorded`);
      done += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
