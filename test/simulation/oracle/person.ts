/** What one person (one root) has saved, deleted and had before the eyes. All of it by path below the root and SHA-256. */
export interface Person {
  /** The last version saved at a path and not removed by this person since. */
  readonly current: Map<string, string>;
  saved(path: string, sha256: string): void;
  /** Through a handle, to a file that has no path in the root any more. `isMissed` false: its person took the last one away. */
  savedAside(sha256: string, isMissed: boolean): void;
  /** A program gives a path to what was saved aside: from then on it is needed in any case. False where nothing was. */
  findsAgain(sha256: string): boolean;
  /** What was saved aside has a path again, by the person's own hand: it is the last version saved there. */
  comesBack(path: string, sha256: string): void;
  removed(path: string, sha256: string): void;
  /** A conflict copy was removed: with it the version goes that it was made to keep. */
  removedCopy(sha256: string): void;
  /** On disk there, or shown in a conflict. */
  sees(path: string, sha256: string): void;
  hasSeen(path: string, sha256: string): boolean;
  /** A decision that the version here shall stand: as good as saving it, or removing it, now. */
  insists(path: string, sha256: string | null): void;
  /** A decision for the other version, or for what is on the remote altogether. */
  givesUp(path: string, sha256: string): void;
  /** What a program takes away while it was told to give up what is here. */
  yields(path: string, sha256: string): void;
  /** A program has put a version at a path where its person wanted an earlier one back: as good as saving it. */
  takesBack(path: string, sha256: string): void;
  /** A program has put a version at a path. */
  gets(path: string, sha256: string): void;
  /** The engine gave a file this name; that it closes one there, which it may only have read, says nothing. */
  isPutBack(path: string): void;
  /** Whether something was saved at this path that no commit of this person has said yet; then it is said. */
  maySayPut(path: string, sha256: string): boolean;
  maySayRemoval(path: string): boolean;
  /** Paths of removals that no commit has said yet. */
  removalsToSay(): ReadonlySet<string>;
  /** Whether this version must still be found: nothing this person did has given it up. */
  needs(sha256: string): boolean;
}

export function createPerson(isCommitted: (sha256: string) => boolean): Person {
  const current = new Map<string, string>();
  /** Of no path: saved aside, or covered by what was not theirs. */
  const orphans = new Set<string>();
  /** Saved aside, and nobody looks for it. */
  const unmissed = new Set<string>();
  const seen = new Map<string, Set<string>>();
  /** By path and content, and by path, when it was done: counted in deeds. */
  const puts = new Map<string, Map<string, number>>();
  const removals = new Map<string, number>();
  const givenUp = new Map<string, string>();
  const yielded = new Map<string, string>();
  let deeds = 0;

  function put(path: string, sha256: string): void {
    deeds += 1;
    puts.set(path, (puts.get(path) ?? new Map<string, number>()).set(sha256, deeds));
  }

  function remove(path: string): void {
    deeds += 1;
    removals.set(path, deeds);
  }

  function giveUp(path: string, sha256: string): void {
    const before = current.get(path);
    // What stood there was not the last version saved there: that one was never given up.
    if (before !== undefined && before !== sha256 && !isCommitted(before)) orphans.add(before);
    current.delete(path);
  }

  return {
    current,
    saved(path, sha256) {
      current.set(path, sha256);
      put(path, sha256);
    },
    savedAside: (sha256, isMissed) => void (isMissed ? orphans : unmissed).add(sha256),
    findsAgain(sha256) {
      if (unmissed.delete(sha256)) orphans.add(sha256);
      return orphans.has(sha256);
    },
    comesBack(path, sha256) {
      orphans.delete(sha256);
      current.set(path, sha256);
      put(path, sha256);
    },
    removed(path, sha256) {
      giveUp(path, sha256);
      remove(path);
    },
    removedCopy(sha256) {
      orphans.delete(sha256);
      for (const [path, saved] of current) if (saved === sha256) current.delete(path);
    },
    sees(path, sha256) {
      const known = seen.get(path);
      if (known) known.add(sha256);
      else seen.set(path, new Set([sha256]));
    },
    hasSeen: (path, sha256) => seen.get(path)?.has(sha256) === true,
    insists(path, sha256) {
      if (sha256 === null) remove(path);
      else put(path, sha256);
    },
    givesUp(path, sha256) {
      givenUp.set(path, sha256);
      if (current.get(path) === sha256) current.delete(path);
      orphans.delete(sha256);
    },
    yields(path, sha256) {
      const isCurrent = current.get(path) === sha256;
      // Written late, and at its path again, where it could be seen.
      if (!orphans.delete(sha256) && !isCurrent) return;
      if (isCurrent) current.delete(path);
      yielded.set(path, sha256);
    },
    takesBack(path, sha256) {
      current.set(path, sha256);
      put(path, sha256);
      yielded.delete(path);
      givenUp.delete(path);
    },
    gets(path, sha256) {
      // The very same is back: it was not given up after all.
      if (yielded.get(path) === sha256) current.set(path, sha256);
      yielded.delete(path);
      // What was given up is only read there: the decision is still to be carried out.
      if (givenUp.get(path) === sha256) return;
      // Saved once more with the very bytes that were given up, before the decision was carried out.
      if (current.get(path) === givenUp.get(path)) current.delete(path);
      givenUp.delete(path);
    },
    // What was removed before that is history now.
    isPutBack: (path) => void removals.delete(path),
    maySayPut(path, sha256) {
      const done = puts.get(path)?.get(sha256);
      if (done === undefined) return false;
      // Said with it, or never: what was saved here before.
      for (const [one, at] of puts.get(path) ?? []) if (at <= done) puts.get(path)?.delete(one);
      // What was removed before that is history now.
      if ((removals.get(path) ?? 0) < done) removals.delete(path);
      return true;
    },
    maySayRemoval(path) {
      const done = removals.get(path);
      if (done === undefined) return false;
      removals.delete(path);
      for (const [sha256, at] of puts.get(path) ?? []) if (at < done) puts.get(path)?.delete(sha256);
      return true;
    },
    removalsToSay: () => new Set(removals.keys()),
    needs: (sha256) => orphans.has(sha256) || [...current.values()].includes(sha256),
  };
}
