import { questionOf, type StageMany } from '../../src/adapters/fs/writing/stage-many.ts';
import { writeQuestion } from '../../src/adapters/fs/writing/write-question.ts';

/** As threads stage, on the thread that knows the simulated disk. */
export const stageHere: StageMany = async (contents, room) => writeQuestion(questionOf(contents, room()));

/** What a machine of few files does, where nothing is worth a thread. */
export const stageNone: StageMany = async (contents) => contents.map(() => null);
