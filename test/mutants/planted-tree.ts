import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Edit } from './catalogue.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** What the suite needs to run somewhere else. */
const PARTS = [
  'src',
  'test',
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'vitest.config.ts',
  'esbuild.mjs',
  'scripts/build',
  'media',
  'LICENSE',
];

/** A copy of the project in which defects can be planted; the project itself is never written. */
export interface PlantedTree {
  readonly folder: string;
  /** Replaces what was planted before. Throws where an edit does not fit exactly once. */
  plant(edits: readonly Edit[]): void;
  remove(): void;
}

export function copyTree(): PlantedTree {
  const folder = mkdtempSync(join(tmpdir(), 'datastore-mutant-'));
  for (const part of PARTS) cpSync(join(project, part), join(folder, part), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  let planted: readonly string[] = [];
  return {
    folder,
    plant(edits) {
      for (const file of planted) cpSync(join(project, 'src', file), join(folder, 'src', file));
      planted = edits.map(({ file }) => file);
      for (const edit of edits) {
        const path = join(folder, 'src', edit.file);
        writeFileSync(path, edited(readFileSync(path, 'utf8'), edit));
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The text with the one place replaced. Throws where there is none, or more than one. */
export function edited(text: string, { file, find, replace }: Edit): string {
  const at = text.indexOf(find);
  if (at < 0 || text.includes(find, at + 1)) {
    throw new Error(`${file}: ${at < 0 ? 'there is no' : 'there is more than one'} ${JSON.stringify(find)}`);
  }
  return text.slice(0, at) + replace + text.slice(at + find.length);
}
