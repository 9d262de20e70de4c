import { countText } from '../quantities.ts';

/** Files of a source that the new place does not have as they are in it. */
export interface Unmatched {
  /** They look like credentials, and were not brought. */
  readonly withheld: number;
  /** Changed, renamed or deleted at the new place since they were verified there. */
  readonly changed: number;
  /** The same bytes, with times that the new place did not keep. */
  readonly otherTime: number;
  /** The same bytes, which can be run in one of the places alone. */
  readonly otherMode: number;
}

/** All that a folder alone has. */
export interface Kept extends Unmatched {
  /** What the configuration leaves out, links, git's own, versions that are kept aside. */
  readonly leftOut: number;
  /** False: the file system of the new place does not say whether what it took over survives a power cut. */
  readonly isDurable: boolean;
}

export const hasUnmatched = ({ withheld, changed, otherTime, otherMode }: Unmatched): boolean =>
  withheld + changed + otherTime + otherMode > 0;

/** Why a folder must not be moved aside; null: it may. `isSeen`: git would see it under another name. */
export function staysText(folder: string, { withheld }: Pick<Unmatched, 'withheld'>, isSeen: boolean): string | null {
  if (withheld > 0) return `${folder} stays where it was: what may hold credentials is not moved.`;
  return isSeen ? `${folder} stays where it was: under another name git would see it.` : null;
}

/** What a folder alone has, each with what to do about it before it is deleted. `folder`: where it is now. */
export function keptTexts(found: Kept, folder: string, target: string): readonly string[] {
  const texts: readonly (readonly [count: number, has: string, remedy: string])[] = [
    [
      found.withheld,
      `${countText(found.withheld, 'file')} that may hold credentials`,
      `before you delete it, keep them in a safe place, or name them under "allow" and copy them to ${target}`,
    ],
    [
      found.changed,
      `${countText(found.changed, 'file')} in the version of before, changed, renamed or deleted in ${target} since`,
      'compare before you delete it',
    ],
    [
      found.otherTime,
      `the times of ${countText(found.otherTime, 'file')}, which ${target} did not keep`,
      'delete it when nothing needs those times',
    ],
    [
      found.otherMode,
      `the mode of ${countText(found.otherMode, 'file')}, which ${target} has otherwise`,
      'see there which of them shall be run, and set that (chmod +x, chmod -x) before you delete it',
    ],
    [
      found.leftOut,
      `${countText(found.leftOut, 'file')} left out by rule (what is excluded, links, git's own, versions kept aside)`,
      'before you delete it, copy those that are wanted to a safe place',
    ],
  ];
  const unsure = `The file system of ${target} does not tell when files are safe from a power cut: keep ${folder} until you know that they are.`;
  return [
    ...texts.flatMap(([count, has, remedy]) => (count === 0 ? [] : [`${folder} alone has ${has}: ${remedy}.`])),
    ...(found.isDurable ? [] : [unsure]),
  ];
}

/** Of versions that syncs kept in a folder which is used in place now. */
export const keptRemedy = (files: number, folder: string): string =>
  `${countText(files, 'replaced file')}: copy back what you want from ${folder}/.datastore-staging, then delete that.`;

/** The same, of a folder that is about to be. */
export const keptNote = (files: number, folder: string): string =>
  `${countText(files, 'replaced file')} kept in ${folder}/.datastore-staging: once the folder is used in place, undo does not reach there; take back what you want with \`datastore undo\` first, or copy it from there later.`;
