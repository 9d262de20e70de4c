import { closeSync, fstatSync, fsyncSync, readdirSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { FolderHealth } from '../core/doctor/folder-health.ts';
import { bad, ok, SyncError } from '../core/errors.ts';
import type { Clock } from '../engine/ports.ts';
import { freeBytes } from './fs/free-bytes.ts';
import { localError } from './fs/refusal.ts';
import { createBeside } from './fs/replace-file.ts';

/** How a folder that is there answers: its names are read, a small file named after `beside` is written through and removed. */
export async function folderHealth(folder: string, beside: string, clock: Clock): Promise<FolderHealth> {
  try {
    const started = clock.monotonic();
    readdirSync(folder);
    const readMs = clock.monotonic() - started;
    return { readMs, written: tryWriting(path.join(folder, beside), clock), freeBytes: await freeBytes(folder) };
  } catch (error) {
    throw localError(`The datastore folder \`${folder}\` could not be read`, error);
  }
}

function tryWriting(beside: string, clock: Clock): FolderHealth['written'] {
  try {
    const started = clock.monotonic();
    const { temporary, fd } = createBeside(beside);
    let clocks: { readonly server: number; readonly own: number };
    try {
      const before = clock.now();
      writeSync(fd, '\n');
      // What a network file system keeps back has no time of the server yet.
      fsyncSync(fd);
      clocks = { server: fstatSync(fd).mtimeMs, own: (before + clock.now()) / 2 };
    } finally {
      closeSync(fd);
      unlinkSync(temporary);
    }
    return ok({ ms: clock.monotonic() - started, clocks });
  } catch (error) {
    const known = localError('a small file could not be written', error);
    if (!(known instanceof SyncError)) throw known;
    const { kind, message, remedy } = known;
    return bad({ kind, message: message.replace(/^[^:]*: /, ''), remedy });
  }
}
