import type { FolderFacts } from '../../core/doctor/doctor-folder.ts';
import { holderOf } from '../../core/format/lease-holder.ts';
import { parseLock, tenureOf } from '../../core/format/lock-record.ts';
import { isKnownDead } from '../lease/lock-sighting.ts';
import { asked } from './checkup-ask.ts';
import type { CheckedFolder } from './checkup-ports.ts';

/** How a folder used in place answers, and who has it for himself. */
export async function findFolderFacts(
  { folder, lockFile, hostname }: CheckedFolder,
  signal?: AbortSignal,
): Promise<FolderFacts> {
  const health = await asked(() => folder.health(), signal);
  const lock = await asked(async () => {
    const text = await lockFile.read();
    if (text === null) return null;
    const found = parseLock(text);
    return { by: holderOf(found, tenureOf(text)), isGone: isKnownDead(found, lockFile, hostname) };
  }, signal);
  return { health, lock };
}
