import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import type { Journal, ObjectRecord } from './bucket.ts';

type Line = { readonly put: ObjectRecord } | { readonly remove: string };

/** Opens a bucket's journal: what it holds now, and the way to add to it.
 *  One JSON line a change, so a killed process leaves the old or the new object; a torn last line was never answered. */
export function openJournal(path: string): { journal: Journal; records: ObjectRecord[] } {
  const live = new Map<string, string>();
  const records = new Map<string, ObjectRecord>();
  for (const [line, text] of readLines(path)) {
    const key = 'put' in line ? line.put.key : line.remove;
    if ('put' in line) {
      live.set(key, text);
      records.set(key, line.put);
    } else {
      live.delete(key);
      records.delete(key);
    }
  }
  let descriptor = rewrite(path, live);
  let lines = live.size;
  function append(text: string): void {
    writeSync(descriptor, text);
    lines++;
  }
  function compactWhenStale(): void {
    if (lines < 1000 || lines < 4 * live.size) return;
    closeSync(descriptor);
    descriptor = rewrite(path, live);
    lines = live.size;
  }
  const journal: Journal = {
    put(record) {
      const text = `${JSON.stringify({ put: record })}\n`;
      append(text);
      live.set(record.key, text);
      compactWhenStale();
    },
    remove(key) {
      append(`${JSON.stringify({ remove: key })}\n`);
      live.delete(key);
      compactWhenStale();
    },
    drop() {
      closeSync(descriptor);
      rmSync(path, { force: true });
    },
  };
  return { journal, records: [...records.values()] };
}

function readLines(path: string): [Line, string][] {
  if (!existsSync(path)) return [];
  const complete = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return complete.map((text) => [parseLine(text, path), `${text}\n`]);
}

function parseLine(text: string, path: string): Line {
  const value: unknown = JSON.parse(text);
  if (isLine(value)) return value;
  throw new Error(`${path} holds a line that this server did not write`);
}

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null) return false;
  return 'remove' in value ? typeof value.remove === 'string' : 'put' in value && typeof value.put === 'object';
}

function rewrite(path: string, live: ReadonlyMap<string, string>): number {
  const fresh = `${path}.new`;
  writeFileSync(fresh, [...live.values()].join(''));
  renameSync(fresh, path);
  return openSync(path, 'a');
}
