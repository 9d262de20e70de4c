import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, write, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from './fsync.ts';
import { errorCode } from './refusal.ts';

/** Complete and durable when it returns, else as before. Mode 0600. Throws what the operating system says. */
export function replaceFile(path: string, bytes: Uint8Array): void {
  moveOver(path, writeBeside(path, bytes));
  syncFolder(dirname(path));
}

/** The same for as long as the power stays on: then its bytes are any. */
export function replaceForNow(path: string, bytes: Uint8Array): void {
  moveOver(path, writeBeside(path, bytes, false));
}

function moveOver(path: string, temporary: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
}

/** Writes and fsyncs a new file named after `path`, and gives its path. */
export function writeBeside(path: string, bytes: Uint8Array, flushes = true): string {
  const { temporary, fd } = createBeside(path);
  try {
    writeAll(fd, bytes);
    if (flushes) fsyncSync(fd);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
  return temporary;
}

/** Where the open file stands: the system may take a part at a time. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** The same on the thread pool, for what fills the cache of the disk. Rejects with what the operating system says. */
export async function writeLarge(fd: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += await writeSome(fd, bytes, at);
}

function writeSome(fd: number, bytes: Uint8Array, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, at, bytes.length - at, null, (error, written) =>
      error === null ? resolve(written) : reject(error),
    );
  });
}

/** A process id means nothing to another container on the same folder, so a name that is taken is passed over. */
export function createBeside(path: string, mode = 0o600): { temporary: string; fd: number } {
  for (let count = 0; ; count += 1) {
    const temporary = `${path}${TEMPORARY}${process.pid}-${count}`;
    try {
      return { temporary, fd: openSync(temporary, 'wx+', mode) };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

export const TEMPORARY = '.new-';
