import { isUtf8 } from 'node:buffer';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import path from 'node:path';
import { type FieldChange, newFile } from '../core/config/config-write.ts';
import { SyncError } from '../core/errors.ts';
import { withIgnored } from '../core/paths/gitignore.ts';
import { editYaml } from './config-yaml-edit.ts';
import { below, realOf, relationOf } from './folder-relation.ts';
import { syncFolder } from './fs/fsync.ts';
import { errorCode, localError } from './fs/refusal.ts';
import { writeBeside } from './fs/replace-file.ts';

const CONFIG = '.datastore.yaml';

/** `.datastore.yaml` and `.gitignore` of a workspace (absolute). */
export function openWorkspaceFiles(workspace: string) {
  const config = path.join(workspace, CONFIG);
  const ignored = path.join(workspace, '.gitignore');
  return {
    hasConfig: async () => readBytes(config) !== null,
    async tryConfig(changes: readonly FieldChange[]) {
      for (const file of isInGit(workspace) ? [config, ignored] : [config]) requireOwn(workspace, file);
      const before = readConfigText(config);
      if (before !== null) edited(before, changes);
      try {
        accessSync(workspace, constants.W_OK);
        if (before !== null) accessSync(config, constants.W_OK);
      } catch (error) {
        throw localError(`\`${config}\` could not be written`, error);
      }
    },
    async writeConfig(changes: readonly FieldChange[]) {
      requireOwn(workspace, config);
      const before = readConfigText(config);
      const after = before === null ? newFile(changes) : edited(before, changes);
      if (after === before) return false;
      writeBytes(config, Buffer.from(after));
      return true;
    },
    async ignorable(folder: string) {
      return isInGit(workspace) ? below(realOf(folder), realOf(workspace)) : null;
    },
    async place(folder: string) {
      const real = realOf(folder);
      const relation = relationOf(real, workspace);
      return {
        real,
        isAround: relation === 'same' || relation === 'around',
        leaves: below(folder, workspace) !== null && relation !== 'within',
      };
    },
    async ignore(lines: readonly string[]) {
      requireOwn(workspace, ignored);
      // As git reads it: bytes, in whatever encoding. Latin-1 gives each its own character.
      const before = readBytes(ignored)?.toString('latin1') ?? null;
      const after = withIgnored(
        before,
        lines.map((line) => Buffer.from(line).toString('latin1')),
      );
      if (after !== before) writeBytes(ignored, Buffer.from(after, 'latin1'));
    },
  };
}

function edited(text: string, changes: readonly FieldChange[]): string {
  const result = editYaml(text, changes);
  if (result.ok) return result.value;
  const wanted = newFile(changes).trimEnd().replaceAll('\n', '; ');
  throw new SyncError(
    'config',
    `${CONFIG} cannot be edited in place: ${result.problem}`,
    `Write it yourself: ${wanted}`,
  );
}

/** What lies elsewhere is another's file, whatever link leads there. */
function requireOwn(workspace: string, file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  const real = realOf(file);
  if (existsSync(file) && below(real, realOf(workspace)) !== null) return;
  throw new SyncError(
    'config',
    `\`${file}\` is a link that leads out of the workspace: it is not written through`,
    'Put a real file in its place, then run this again.',
  );
}

function readConfigText(file: string): string | null {
  const bytes = readBytes(file);
  if (bytes === null || isUtf8(bytes)) return bytes?.toString() ?? null;
  throw new SyncError(
    'config',
    `${CONFIG} cannot be edited in place: it is not UTF-8 text`,
    'Save it as UTF-8, then run this again.',
  );
}

function readBytes(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw localError(`\`${file}\` could not be read`, error);
  }
}

/** Complete and durable, or as before. Through a link it is the file behind it that changes; its mode stays. */
function writeBytes(file: string, bytes: Buffer): void {
  try {
    const isThere = lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    const target = isThere ? realpathSync.native(file) : file;
    const mode = isThere ? statSync(target).mode & 0o777 : 0o666 & ~process.umask();
    const beside = writeBeside(target, bytes);
    try {
      chmodSync(beside, mode);
      renameSync(beside, target);
    } catch (error) {
      unlinkSync(beside);
      throw error;
    }
    syncFolder(path.dirname(target));
  } catch (error) {
    throw localError(`\`${file}\` could not be written`, error);
  }
}

function isInGit(workspace: string): boolean {
  for (let at = path.resolve(workspace); ; at = path.dirname(at)) {
    if (statSync(path.join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return true;
    if (path.dirname(at) === at) return false;
  }
}
