import { closeSync, constants, lstatSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { NO_FOLLOW, NO_WAIT, syncFolder } from './fsync.ts';
import { STAGING } from './guarded-path.ts';
import { errorCode } from './refusal.ts';
import { replaceFile } from './replace-file.ts';
import type { StagingArea } from './staging-area.ts';

/** What explains a file that was being copied into place, both relative to the root, with `/`. */
export interface PartNote {
  /** In the staging folder; complete, and kept until the copy is. */
  readonly source: string;
  readonly target: string;
}

/** One note a run: copies into place are synchronous. Methods throw what the operating system says, or SyncError('local'). */
export interface PartNotes {
  /** Durable when it returns, the name of the source too. Absolute paths. */
  write(from: string, to: string): void;
  clear(): void;
}

const NAME = 'part.json';

export function openPartNotes(area: StagingArea): PartNotes {
  let path: string | null = null;
  return {
    write: (from, to) => {
      const staging = area.folder().path;
      // What is copied into staging goes with its run.
      if (to.startsWith(`${staging}${sep}`)) return;
      const root = dirname(staging);
      const named = (absolute: string) => relative(root, absolute).split(sep).join('/');
      const note: PartNote = { source: named(from), target: named(to) };
      syncFolder(dirname(from));
      path = join(area.own().run.path, NAME);
      replaceFile(path, new TextEncoder().encode(JSON.stringify(note)));
      [staging, root].forEach(syncFolder);
    },
    clear: () => {
      if (path === null) return;
      removePartNote(dirname(path));
      path = null;
    },
  };
}

/** Whether the folder of a run may have a note. */
export const hasPartNote = (run: string): boolean =>
  lstatSync(join(run, NAME), { throwIfNoEntry: false }) !== undefined;

/** The note in the folder of a run; null when there is none that can be understood. */
export function readPartNote(run: string): PartNote | null {
  let text: string;
  try {
    const fd = openSync(join(run, NAME), constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
    try {
      text = readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'EISDIR'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
  return parseNote(text);
}

/** Durable when it returns: a note that a power cut brings back would take a complete file for a part. No error when there is none. */
export function removePartNote(run: string): void {
  try {
    unlinkSync(join(run, NAME));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  syncFolder(run);
}

function parseNote(text: string): PartNote | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('source' in value) || !('target' in value)) return null;
  const { source, target } = value;
  if (typeof source !== 'string' || typeof target !== 'string') return null;
  return source.startsWith(`${STAGING}/`) && source.split('/').every(isName) ? { source, target } : null;
}

const isName = (name: string): boolean => !['', '.', '..'].includes(name) && !/[\\\0]/.test(name);
