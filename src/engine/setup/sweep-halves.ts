import type { Work } from './setup-work.ts';

/**
 * Without hard links, a run that was killed leaves half a file under its final name: away with it before anything is compared, for it
 * would be taken for another's. Both folders are locked by now, but for a root: no set-up keeps a cycle waiting while it copies there.
 */
export async function sweepTarget(work: Work): Promise<void> {
  const { parts, target, options } = work;
  if (target.kind === 'folder') return sweep(work, target.folder);
  if ((await parts.folders.open(target.folder).state()).kind !== 'folder') return;
  const held = await parts.holdFolder(parts.to, { waits: true, signal: options.signal });
  try {
    await sweep(work, target.folder);
  } finally {
    await held.release();
  }
}

/** As `sweepTarget`; a root is swept by its own cycle, and once it is locked to be cleaned up. */
export async function sweepSource(work: Work, folder: string, isCleanUp: boolean): Promise<void> {
  if (isCleanUp || work.source?.config.backend.type === 'filesystem') await sweep(work, folder);
}

async function sweep({ parts }: Work, folder: string): Promise<void> {
  const files = parts.folders.open(folder);
  if ((await files.state()).kind === 'folder') await files.sweep();
}
