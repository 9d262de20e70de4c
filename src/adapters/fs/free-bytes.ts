import { promises } from 'node:fs';

/** Bytes that this person may still write on the disk of a folder. Throws what the operating system says. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await promises.statfs(folder);
  return bavail * bsize;
}
