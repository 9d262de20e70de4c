import type { Memento } from 'vscode';
import { type Place, questionKey } from './place.ts';

export type PlaceAnswer = 'connect' | 'decline';

/** What the person answered about first connections, by workspace folder. A change of anything shown is a new question. */
export interface Answers {
  get(folder: string, place: Place): PlaceAnswer | null;
  set(folder: string, place: Place, answer: PlaceAnswer): Promise<void>;
}

interface Kept {
  readonly place: string;
  readonly answer: PlaceAnswer;
}

/** Answers were kept with the region of the environment once: where no region is named, any that was kept is as good. */
function isAbout(kept: string, place: Place): boolean {
  if (kept === questionKey(place)) return true;
  return place.region === null && kept === questionKey({ ...place, region: regionIn(kept) });
}

/** Of a text that `questionKey` gave. */
function regionIn(kept: string): string | null {
  const [, region] = JSON.parse(kept) as readonly unknown[];
  return typeof region === 'string' ? region : null;
}

export function openAnswers(memory: Memento): Answers {
  const keyOf = (folder: string) => `datastore.answer:${folder}`;
  return {
    get(folder, place) {
      const kept = memory.get<Kept>(keyOf(folder));
      return kept !== undefined && isAbout(kept.place, place) ? kept.answer : null;
    },
    async set(folder, place, answer) {
      await memory.update(keyOf(folder), { place: questionKey(place), answer } satisfies Kept);
    },
  };
}
