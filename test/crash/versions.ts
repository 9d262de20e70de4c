import { sha256 } from '../cli/sides.ts';

/** Where a version that somebody saved is found in the end. */
export type Whereabouts = 'in a folder' | 'conflict copy' | 'history' | 'replaced by who had seen it' | 'LOST';

/** Everything anybody ever saved. It knows hashes only, and nothing of how files are synced. */
export interface Versions {
  /** How many. */
  readonly size: number;
  saved(who: string, file: string, content: string | Uint8Array): void;
  /** These bytes were before the eyes of who replaces or removes them now. */
  seen(content: string | Uint8Array): void;
  /** `folders`: path to SHA-256 of each; `committed`: SHA-256 of every content of every commit. */
  whereabouts(
    folders: readonly Readonly<Record<string, string>>[],
    committed: ReadonlySet<string>,
  ): { readonly counts: Readonly<Record<Whereabouts, number>>; readonly lost: readonly string[] };
}

export function openVersions(): Versions {
  const saved = new Map<string, string>();
  const seen = new Set<string>();
  return {
    get size() {
      return saved.size;
    },
    saved: (who, file, content) => void saved.set(sha256(content), `${who}: ${file}`),
    seen: (content) => void seen.add(sha256(content)),
    whereabouts(folders, committed) {
      const counts = { 'in a folder': 0, 'conflict copy': 0, history: 0, 'replaced by who had seen it': 0, LOST: 0 };
      const lost: string[] = [];
      const places = new Map(folders.flatMap((files) => Object.entries(files).map(([file, hash]) => [hash, file])));
      for (const [hash, what] of saved) {
        const place = places.get(hash);
        if (place !== undefined) counts[place.includes('.conflict-') ? 'conflict copy' : 'in a folder'] += 1;
        else if (committed.has(hash)) counts.history += 1;
        else if (seen.has(hash)) counts['replaced by who had seen it'] += 1;
        else {
          counts.LOST += 1;
          lost.push(`${what} (${hash.slice(0, 12)})`);
        }
      }
      return { counts, lost };
    },
  };
}
