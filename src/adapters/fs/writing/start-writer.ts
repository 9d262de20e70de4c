import { startThread, type Thread } from '../threads/thread.ts';
import type { Answer, Question } from './writer-messages.ts';

/** The program of a writer, which a bundle has in it as text: no file to be found, none to be missing. */
declare const WRITER_PROGRAM: string;
const program = typeof WRITER_PROGRAM === 'string' ? WRITER_PROGRAM : new URL('./writer-program.ts', import.meta.url);

export const startWriter = (): Thread<Question, Answer> =>
  startThread(program, null, ({ bytes }: Question) => [bytes.buffer]);
