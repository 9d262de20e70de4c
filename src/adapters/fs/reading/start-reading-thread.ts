import type { Answer, Place, Question } from './reading-threads.ts';
import { startThread, type Thread } from './thread.ts';

/** The program of such a thread, which a bundle has in it as text: no file to be found, none to be missing. */
declare const READING_THREAD: string;
const program = typeof READING_THREAD === 'string' ? READING_THREAD : new URL('./reading-thread.ts', import.meta.url);

export const startReadingThread = (place: Place): Thread<Question, Answer> => startThread(program, place);
