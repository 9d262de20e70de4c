import { linkSync, unlinkSync } from 'node:fs';
import type { Log } from '../../engine/ports.ts';
import { type Copied, copyIn } from './copy-in.ts';
import type { PartNotes } from './part-notes.ts';
import { errorCode } from './refusal.ts';

/** Gives the regular file `from` the name `to` and takes the old name away; never replaces. Throws what the operating system says. */
export type LinkIn = (from: string, to: string, options?: LinkOptions) => Copied | { readonly kind: 'linked' };

export interface LinkOptions {
  /** Runs while it has both names. */
  readonly hasBoth?: () => void;
  /** What could only be copied keeps its old name, too: a program may have it open, and write to it yet. */
  readonly keepsCopied?: boolean;
}

/** What filesystems without hard links answer, and what those answer that link only within one mount. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EINVAL', 'UNKNOWN']);

/** `link` is `fs.linkSync`, or what a test puts in its place. */
export function openLinker(log: Log, notes: PartNotes, link: (from: string, to: string) => void = linkSync): LinkIn {
  let told = false;
  return (from, to, { hasBoth, keepsCopied = false } = {}) => {
    let done: ReturnType<LinkIn> = { kind: 'linked' };
    try {
      link(from, to);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST') return { kind: 'exists' };
      if (!isWithoutLinks(error)) throw error;
      done = copyIn(notes, from, to);
      if (done.kind === 'exists') return done;
      if (!told)
        log.warn(`No hard links on this filesystem (${code}): files are copied into place instead, which is slower.`);
      told = true;
    }
    hasBoth?.();
    if (done.kind === 'linked' || !keepsCopied) removeName(from);
    return done;
  };
}

/** Whether a link failed because this filesystem (or this mount) has none. */
export const isWithoutLinks = (error: unknown): boolean => NO_LINKS.has(errorCode(error) ?? '');

/** What matters is done by now: a name that stays in staging goes with its run. */
function removeName(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}
