import type { Commit, Head } from '../../core/format/records.ts';
import type { RemoteLog } from '../remote/remote-log.ts';
import { endsHistory } from '../remote/store-error.ts';

/** Whether a commit is head's or one of its ancestors; `cut` where the chain ends before it was reached (collected commits). */
export async function ancestryOf(
  commit: { readonly id: string; readonly generation: number },
  head: Head | null,
  log: Pick<RemoteLog, 'readCommit'>,
  signal?: AbortSignal,
): Promise<'related' | 'unrelated' | 'cut'> {
  if (!head?.commit) return 'unrelated';
  if (head.commit.id === commit.id || head.recentCommits.includes(commit.id)) return 'related';
  if (head.commit.generation <= commit.generation) return 'unrelated';
  let at: Pick<Commit, 'parent' | 'generation'> = await log.readCommit(head.commit, signal);
  while (at.parent !== null && at.generation > commit.generation) {
    if (at.parent.id === commit.id) return 'related';
    try {
      at = await log.readCommit(at.parent, signal);
    } catch (error) {
      if (endsHistory(error)) return 'cut';
      throw error;
    }
  }
  return 'unrelated';
}
