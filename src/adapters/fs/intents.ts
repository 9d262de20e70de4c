import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApplyIntent } from '../../engine/ports.ts';
import { NO_FOLLOW, NO_WAIT, syncFolder } from './fsync.ts';
import { localError } from './refusal.ts';
import { writeAll } from './replace-file.ts';
import type { StagingArea } from './staging-area.ts';

const NAME = 'intents.jsonl';

/** Appends to this run's intents; durable when it returns. Throws SyncError('local'). */
export function writeIntents(area: StagingArea, root: string, intents: readonly ApplyIntent[]): void {
  if (intents.length === 0) return;
  const { run } = area.own();
  try {
    const fd = openSync(
      join(run.path, NAME),
      constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | NO_FOLLOW,
      0o600,
    );
    try {
      const first = fstatSync(fd).size === 0;
      // A leading newline: a torn line of a write that failed half-way must not swallow the next one.
      const bytes = new TextEncoder().encode(`\n${intents.map((intent) => JSON.stringify(intent)).join('\n')}\n`);
      writeAll(fd, bytes);
      fsyncSync(fd);
      if (first) [run.path, area.folder().path, root].forEach(syncFolder);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw localError('The journal of changes could not be written', error);
  }
}

/** The intents of the run in `folder`, oldest first. Torn lines are left out: what they announced was not begun. */
export function readIntents(folder: string): ApplyIntent[] {
  const path = join(folder, NAME);
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [];
  const fd = openSync(path, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  try {
    return readFileSync(fd, 'utf8')
      .split('\n')
      .flatMap((line) => parseIntent(line));
  } finally {
    closeSync(fd);
  }
}

function parseIntent(line: string): ApplyIntent[] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return [];
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    !('path' in value) ||
    !('expected' in value) ||
    !('becomes' in value)
  )
    return [];
  const { path, expected, becomes } = value;
  if (typeof path !== 'string' || !isHash(expected) || !isHash(becomes)) return [];
  const undoes = 'undoes' in value && typeof value.undoes === 'string' ? { undoes: value.undoes } : {};
  return [{ path, expected, becomes, ...undoes }];
}

const isHash = (value: unknown): value is string | null =>
  value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
