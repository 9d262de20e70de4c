import type { Command } from './command.ts';
import { applyCommand } from './commands/apply.ts';
import { conflictsCommand, resolveCommand } from './commands/conflicts.ts';
import { catCommand, lsCommand } from './commands/contents.ts';
import { doctorCommand } from './commands/doctor.ts';
import { gcCommand } from './commands/gc.ts';
import { lockAcquireCommand, lockReleaseCommand, lockStatusCommand } from './commands/lock.ts';
import { runCommand } from './commands/run.ts';
import { setupFilesystemCommand, setupS3Command } from './commands/setup.ts';
import { statusCommand } from './commands/status.ts';
import { pullCommand, pushCommand, syncCommand } from './commands/sync.ts';
import { undoCommand } from './commands/undo.ts';
import { verifyCommand } from './commands/verify.ts';
import { watchCommand } from './commands/watch.ts';

/** Everything `datastore` can do, in the order of its help. */
export const COMMANDS: readonly Command[] = [
  statusCommand,
  syncCommand,
  pullCommand,
  pushCommand,
  applyCommand,
  conflictsCommand,
  resolveCommand,
  runCommand,
  undoCommand,
  watchCommand,
  lsCommand,
  catCommand,
  lockStatusCommand,
  lockAcquireCommand,
  lockReleaseCommand,
  verifyCommand,
  gcCommand,
  doctorCommand,
  setupS3Command,
  setupFilesystemCommand,
];
