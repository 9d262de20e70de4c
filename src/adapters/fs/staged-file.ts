import type { Clock, LocalFiles } from '../../engine/ports.ts';
import { openBreath } from './breath.ts';
import type { StagingArea } from './staging-area.ts';
import { beginIn, type StageOptions, stageBody, stageContents } from './write-staged.ts';
import type { StageMany } from './writing/stage-many.ts';

/** Writes bodies into `in/<n>` of this run. What cannot be written leaves nothing. */
export type Stager = Pick<LocalFiles, 'stage' | 'stageAll'>;

export function openStager(area: StagingArea, clock: Clock, stageMany: StageMany): Stager {
  let next = 0;
  const nextName = (): string => String(next++);
  const begin = (as: StageOptions) => beginIn(area.inbox().path, as, nextName);
  return {
    stage: (body, as) => stageBody(begin, body, as),
    async stageAll(contents) {
      const staged = await stageMany(contents, () => ({ inbox: area.inbox(), name: nextName() }));
      const left = contents.filter((_, index) => staged[index] === null);
      const here = await stageContents(begin, left, openBreath(clock));
      let nth = 0;
      return staged.flatMap((one) => one ?? here[nth++] ?? []);
    },
  };
}
