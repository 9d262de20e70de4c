import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './random.ts';
import type { Versions } from './versions.ts';

/** Someone who works in a folder all the time: own files, files that others write too, in every way programs save files. */
export interface Person {
  /** Works until the signal aborts; always ends between two actions. */
  work(signal: AbortSignal): Promise<void>;
}

export interface PersonOptions {
  readonly name: string;
  /** The shared folder, absolute. Its parent serves for temporary files. */
  readonly root: string;
  readonly versions: Versions;
  readonly chance: Chance;
  /** Whether now and then more files change than a small push takes. */
  readonly bursts: boolean;
}

const OWN_FILES = 24;
const SHARED_FILES = 8;
const BURST = 66;
/** Milliseconds between two actions, at most. */
const PAUSE = 350;
/** Milliseconds that a program holds a file open before it writes, at most. */
const HOLD = 60;

export function openPerson({ name, root, versions, chance, bursts }: PersonOptions): Person {
  let count = 0;
  const at = (file: string): string => path.join(root, file);
  const own = (): string => `${name}/${chance.below(3)}/${chance.below(OWN_FILES / 3)}.txt`;
  const shared = (): string => `shared/${chance.below(SHARED_FILES)}.txt`;

  function fresh(): string {
    count += 1;
    const size = chance.likely(0.03) ? 200_000 : chance.below(2_000);
    return `${name} ${count} ${chance.number()}\n${'.'.repeat(size)}`;
  }

  function look(file: string): void {
    versions.seen(readFileSync(at(file)));
  }

  /** Truncates the file that is there and writes into it. */
  function overwrite(file: string): void {
    const content = fresh();
    unlessAbsent(() => look(file));
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), content);
    versions.saved(name, file, content);
  }

  /** Writes beside the folder and renames over what is there. */
  function replace(file: string): void {
    const content = fresh();
    const temporary = path.join(root, '..', `.${name}.tmp`);
    writeFileSync(temporary, content);
    unlessAbsent(() => look(file));
    mkdirSync(path.dirname(at(file)), { recursive: true });
    renameSync(temporary, at(file));
    versions.saved(name, file, content);
  }

  /** Opens the file, thinks, and writes through the handle, wherever the file may be by then. */
  async function writeLate(file: string): Promise<void> {
    const fd = openSync(at(file), 'r+');
    try {
      versions.seen(readFileSync(fd));
      await sleep(chance.number() * HOLD);
      const content = fresh();
      ftruncateSync(fd, 0);
      writeSync(fd, content, 0);
      versions.saved(name, file, content);
    } finally {
      closeSync(fd);
    }
  }

  function remove(file: string): void {
    look(file);
    rmSync(at(file));
  }

  function move(from: string, to: string): void {
    unlessAbsent(() => look(to));
    mkdirSync(path.dirname(at(to)), { recursive: true });
    renameSync(at(from), at(to));
  }

  function burst(): void {
    for (let index = 0; index < BURST; index += 1) overwrite(`${name}/burst/${index}.txt`);
  }

  async function act(): Promise<void> {
    const pick = chance.number();
    if (pick < 0.3) overwrite(own());
    else if (pick < 0.45) replace(own());
    else if (pick < 0.57) overwrite(shared());
    else if (pick < 0.68) replace(shared());
    else if (pick < 0.8) await writeLate(chance.likely(0.6) ? shared() : own());
    else if (pick < 0.88) remove(own());
    else if (pick < 0.91) remove(shared());
    else if (pick < 0.98) move(own(), own());
    else if (bursts) burst();
    else overwrite(copyOr(own()));
  }

  /** A conflict copy is a file like any other: people open and change it. */
  function copyOr(file: string): string {
    const copies = unlessAbsent(() => readdirSync(at('shared')).filter((entry) => entry.includes('.conflict-'))) ?? [];
    return copies.length === 0 ? file : `shared/${chance.pick(copies)}`;
  }

  return {
    async work(signal) {
      while (!signal.aborted) {
        try {
          await act();
        } catch (error) {
          // A colleague's deletion came first.
          if (!isAbsence(error)) throw error;
        }
        await sleep(chance.number() * PAUSE);
      }
    },
  };
}

function unlessAbsent<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

const isAbsence = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
