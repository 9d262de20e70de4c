import type { Clock, Log, StagedFile } from '../../../engine/ports.ts';
import type { Folder } from '../guarded-path.ts';
import { hasAllMemory } from '../threads/address-space.ts';
import { type Crew, openCrew } from '../threads/crew.ts';
import type { Content } from '../write-staged.ts';
import type { Answer, Question } from './writer-messages.ts';

/** Where files may be made, and what their names may begin with. */
export interface Room {
  readonly inbox: Folder;
  readonly name: string;
}

/**
 * Stages those of the contents that are quickly had elsewhere than on the thread of the caller, as `LocalFiles.stageAll`. Null each that it leaves,
 * or could not write, also where there is no room: it has to be staged, to be there or to say why it cannot be.
 */
export type StageMany = (contents: readonly Content[], room: () => Room) => Promise<readonly (StagedFile | null)[]>;

type Writers = Crew<Question, Answer>;

/** Fewer of a run are written sooner than a thread starts. */
const WORTH_A_THREAD = 256;
/** Larger contents go by the thread pool. Bytes. */
const SMALL = 64 << 10;

/** By threads. A file takes several short calls of the system, and those that wait for the disk stop nobody there. */
export function openStageMany(
  clock: Clock,
  log: Log,
  open: () => Promise<Writers> = () => openWriters(clock),
): StageMany {
  let opening: Promise<Writers> | null = null;
  let seen = 0;
  return async (contents, room) => {
    const small = contents.filter(({ bytes }) => bytes.byteLength <= SMALL);
    seen += small.length;
    if (seen < WORTH_A_THREAD || small.length === 0 || !hasAllMemory()) return contents.map(() => null);
    opening ??= open();
    const writers = await opening.catch(leaveAll);
    const ask = async () => writers?.ask(questionOf(small, room()));
    const answer = (await ask().catch(leaveAll)) ?? [];
    const staged = answer[Symbol.iterator]();
    return contents.map(({ bytes }) => (bytes.byteLength <= SMALL ? (staged.next().value ?? null) : null));
  };

  function leaveAll(error: unknown): null {
    log.debug(`Small files are staged one by one: ${String(error)}`);
    return null;
  }
}

/** Their bytes are copied into memory that can be given away: what they lie in has others in it. */
export function questionOf(contents: readonly Content[], room: Room): Question {
  const bytes = new Uint8Array(contents.reduce((sum, content) => sum + content.bytes.byteLength, 0));
  let at = 0;
  for (const content of contents) {
    bytes.set(content.bytes, at);
    at += content.bytes.byteLength;
  }
  const sized = contents.map(({ bytes: { byteLength: size }, mtime, exec }) => ({ size, mtime, exec }));
  return { ...room, bytes, contents: sized };
}

/** Most cycles bring little, and load nothing of this. */
async function openWriters(clock: Clock): Promise<Writers> {
  const { startWriter } = await import('./start-writer.ts');
  return openCrew(startWriter, clock);
}
