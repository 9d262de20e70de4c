import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openLocalFiles } from '../../../src/adapters/fs/local-files.ts';
import { systemClock, systemIds } from '../../../src/adapters/system.ts';
import type { FileStamp } from '../../../src/core/format/tree.ts';
import type { LocalFiles, Log, StagedFile } from '../../../src/engine/ports.ts';

export interface Sandbox {
  /** Absolute real path of the workspace; the root is `data` in it. */
  readonly workspace: string;
  readonly root: string;
  /** A folder beside the workspace, which nothing may touch. */
  readonly outside: string;
  readonly run: string;
  readonly files: LocalFiles;
  readonly warnings: string[];
  /** Another process on the same root, later. */
  reopen(link?: (from: string, to: string) => void): LocalFiles;
  write(path: string, text: string): void;
  read(path: string): string;
  lstat(path: string): Stats;
  stage(text: string, options?: { readonly mtime?: number; readonly exec?: boolean }): Promise<StagedFile>;
  stamp(path: string): Promise<FileStamp>;
}

export const MTIME = 1_763_650_000_123.456;

/** A workspace in a temporary folder, removed after the test. */
export function openSandbox(
  options: { readonly link?: (from: string, to: string) => void; readonly root?: string } = {},
): Sandbox {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'datastore-fs-')));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const workspace = join(top, 'workspace');
  const root = join(workspace, options.root ?? 'data');
  const outside = join(top, 'outside');
  for (const folder of [root, outside]) mkdirSync(folder, { recursive: true });
  chmodSync(top, 0o755);
  writeFileSync(join(outside, 'secret.txt'), 'untouched');
  const warnings: string[] = [];
  const log: Log = { debug() {}, info() {}, warn: (message) => warnings.push(message), error() {} };
  const open = (run: string, link = options.link) =>
    openLocalFiles({
      workspace,
      root: options.root ?? 'data',
      run,
      clock: systemClock,
      log,
      ...(link && { link }),
    });
  const run = systemIds.uuid();
  const files = open(run);
  return {
    workspace,
    root,
    outside,
    run,
    files,
    warnings,
    reopen: (link) => open(systemIds.uuid(), link),
    write: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    lstat: (path) => lstatSync(join(root, path)),
    stage: (text, { mtime = MTIME, exec = false } = {}) => files.stage(bytesOf(text), { mtime, exec }),
    stamp: async (path) => {
      const stamp = await files.stat(path);
      if (stamp === null) throw new Error(`${path} is no file`);
      return stamp;
    },
  };
}

export async function* bytesOf(...texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

/** Everything below a folder, path to content (`->target` for links), staging left out: what a person would see. */
export function contents(folder: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.name === '.datastore-staging') continue;
    if (entry.isDirectory()) Object.assign(found, { [`${path}/`]: '' }, contents(folder, path));
    else if (entry.isSymbolicLink()) found[path] = `->${readlinkSync(join(folder, path))}`;
    else found[path] = entry.isFile() ? readFileSync(join(folder, path), 'utf8') : '(special)';
  }
  return found;
}

export const modeOf = (path: string): number => statSync(path).mode & 0o777;

const NOBODY = 65_534;

/** Runs with the rights of an ordinary user: root is denied nothing. */
export async function asOrdinaryUser<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
