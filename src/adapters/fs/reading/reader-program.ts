import { parentPort, workerData } from 'node:worker_threads';
import type { HashedFile } from '../../../engine/ports.ts';
import { openRootFolder } from '../root-folder.ts';
import type { Answer, Place, Question } from './reader-messages.ts';
import { openWholeReader } from './whole-files.ts';

/* What a thread does that reads files of one root, and may wait for the disk as long as it takes. */

const { workspace, root } = workerData as Place;
const read = openWholeReader(openRootFolder(workspace, root));

parentPort?.on('message', ({ paths, keeps }: Question) => {
  const answer: Answer = read(paths, keeps);
  parentPort?.postMessage(answer, answer.flatMap(memoryOf));
});

/** Given away, it need not be copied. */
function memoryOf(file: HashedFile | null): ArrayBuffer[] {
  const buffer = file?.bytes?.buffer;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}
