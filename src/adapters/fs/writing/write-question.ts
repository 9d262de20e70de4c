import { SyncError } from '../../../core/errors.ts';
import { isStill } from '../guarded-path.ts';
import { beginIn, type StageOptions, stageContents } from '../write-staged.ts';
import type { Answer, Question } from './writer-messages.ts';

/** Stages contents in the folder of the question, as long as that is still there. */
export async function writeQuestion({ inbox, name, bytes, contents }: Question): Promise<Answer> {
  let nth = 0;
  let at = 0;
  const begin = (as: StageOptions) => {
    if (!isStill(inbox)) throw new SyncError('local', 'The staging folder was replaced meanwhile.', 'Sync again.');
    return beginIn(inbox.path, as, () => `${name}-${nth++}`);
  };
  const cut = contents.map(({ size, ...as }) => ({ ...as, bytes: bytes.subarray(at, (at += size)) }));
  const staged = await stageContents(begin, cut, async () => {});
  return staged.map((one) => (one instanceof SyncError ? null : one));
}
