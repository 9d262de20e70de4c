import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A tenth of them in `large/`, and a hundred of them in each `runs/NNNN/`, as workflows leave them. */
export async function writeManyFiles(root: string, count: number): Promise<void> {
  const inLarge = Math.floor(count / 10);
  for (let from = 0; from < count; from += PER_FOLDER) {
    const end = Math.min(from + PER_FOLDER, count);
    const folder = from < inLarge ? 'large' : `runs/${String(from / PER_FOLDER).padStart(4, '0')}`;
    await mkdir(join(root, folder), { recursive: true });
    const names = Array.from(
      { length: end - from },
      (_, offset) => `step-${String(from + offset).padStart(6, '0')}.json`,
    );
    await Promise.all(names.map((name) => writeFile(join(root, folder, name), `{"file": "${folder}/${name}"}\n`)));
  }
}

const PER_FOLDER = 100;
