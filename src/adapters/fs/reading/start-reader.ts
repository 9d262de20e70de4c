import { startThread, type Thread } from '../threads/thread.ts';
import type { Answer, Place, Question } from './reader-messages.ts';

/** The program of a reader, which a bundle has in it as text: no file to be found, none to be missing. */
declare const READER_PROGRAM: string;
const program = typeof READER_PROGRAM === 'string' ? READER_PROGRAM : new URL('./reader-program.ts', import.meta.url);

export const startReader = (place: Place): Thread<Question, Answer> => startThread(program, place);
