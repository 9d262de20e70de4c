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

export function openAnswers(memory: Memento): Answers {
  const keyOf = (folder: string) => `datastore.answer:${folder}`;
  return {
    get(folder, place) {
      const kept = memory.get<Kept>(keyOf(folder));
      return kept?.place === questionKey(place) ? kept.answer : null;
    },
    async set(folder, place, answer) {
      await memory.update(keyOf(folder), { place: questionKey(place), answer } satisfies Kept);
    },
  };
}
