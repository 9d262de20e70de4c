import { withholder } from '../../core/paths/credential-paths.ts';
import { bytesText, countText } from '../../core/quantities.ts';
import { otherContents } from './held-conflicts.ts';
import { type Copied, copyFolder } from './migrate-copy.ts';
import { knownOf, type Work } from './setup-work.ts';
import { sweepSource, sweepTarget } from './sweep-halves.ts';

/** Everything of the source's folder at the target's, by content and time. */
export async function copyOver(work: Work, from: string, to: string): Promise<Copied> {
  const { parts, options, source, record } = work;
  await sweepSource(work, from, false);
  await sweepTarget(work);
  const target = parts.folders.open(to);
  const made = `the folder ${to}`;
  if ((await target.state()).kind !== 'folder') await record.making();
  // A run that died may have made it, and no more.
  const isNew = record.now().isMaking === true;
  if (isNew) work.left.add(made);
  const wasThere = !work.left.has(made);
  const copied = await copyFolder({
    source: parts.folders.open(from),
    target,
    sourceSkip: parts.skipFor(source?.config ?? parts.to),
    targetSkip: parts.skipFor(parts.to),
    codec: parts.codec,
    ours: record.now().brought,
    known: knownOf(work),
    withheld: withheldIn(work),
    async willBring(files) {
      if (files.size === 0) return;
      if (wasThere) work.left.add(`copies in ${to}`);
      await record.willBring(files);
    },
    isNew,
    onProgress: work.onProgress,
    signal: options.signal,
  });
  if (copied.conflicts.length > 0) throw otherContents(from, to, copied.conflicts);
  if (isNew) await record.made();
  return copied;
}

/** Why a path is not brought to the target: nobody looks after a folder that a team shares; to a remote it goes by the sync's word. */
export const withheldIn = ({ target, parts }: Work): ((path: string) => string | null) =>
  target.kind === 'folder' ? withholder(parts.to.allow) : () => null;

export function copiedText({ copied, already, bytes, held }: Copied): string {
  const there = already === 0 ? '' : `, ${already} were there`;
  return `${countText(copied, 'file')} (${bytesText(bytes)}) copied${there}${held.length === 0 ? '' : `, ${held.length} held back`}`;
}
