import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCephServer } from './ceph-server.ts';
import type { Contender } from './contender.ts';
import { startDevServer } from './dev-server.ts';
import type { Options } from './options.ts';
import { hasWarmUp, roundsOf } from './rounds.ts';
import { writeLargeFile, writeSmallFiles, writeTinyFiles } from './sample-data.ts';
import { playStory, type Sample } from './story.ts';
import { lastOf, type Story, type Workload } from './workload.ts';

/** Samples by workload and name of contender, in the order of the rounds. */
export type Results = ReadonlyMap<Workload, ReadonlyMap<string, readonly Sample[]>>;

/** Plays all rounds, the order of contenders rotated from round to round; `say` is told how far it is. */
export async function playAll(
  contenders: readonly Contender[],
  options: Options,
  /** Added to every answer of the server, milliseconds. */
  latency: number,
  say: (text: string) => void,
): Promise<Results> {
  const results = new Map<Workload, Map<string, Sample[]>>();
  const folder = mkdtempSync(join(tmpdir(), 'datastore-bench-'));
  const makers: Readonly<Record<Story, (source: string) => void>> = {
    probe: (source) => writeSmallFiles(source, 1),
    files: (source) => writeSmallFiles(source, options.files),
    large: (source) => writeLargeFile(source, options.largeBytes),
    many: (source) => writeSmallFiles(source, options.many),
    everyday: (source) => writeSmallFiles(source, options.files),
    million: (source) => writeTinyFiles(source, options.million),
  };
  const roundsIn = (story: Story, { pace }: Contender): number => roundsOf(pace, story, latency, options.runs);
  try {
    for (const story of Object.keys(makers) as Story[]) {
      const rounds = Math.max(...contenders.map((contender) => roundsIn(story, contender)));
      if (lastOf(story, options.only) === undefined || rounds === 0) continue;
      const source = join(folder, story);
      makers[story](source);
      for (let round = options.warmUp ? 0 : 1; round <= rounds; round += 1) {
        say(`${latency} ms, ${story}: ${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}`);
        await playRound(story, source, round);
      }
      rmSync(source, { recursive: true, force: true });
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  async function playRound(story: Story, source: string, round: number): Promise<void> {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const contender = contenders[(turn + round) % contenders.length];
      if (contender === undefined) continue;
      const rounds = roundsIn(story, contender);
      if (round === 0 ? !hasWarmUp(rounds, story) : round > rounds) continue;
      const bucket = 'bench-bucket';
      // A fresh one for each: a server that already holds gigabytes is slower than an empty one.
      const server =
        options.store === 'ceph' ? await startCephServer([bucket]) : await startDevServer([bucket], latency);
      try {
        const took = (workload: Workload, sample: Sample): void => {
          if (round > 0) note(workload, contender.name, sample);
        };
        await playStory(story, {
          contender,
          server,
          bucket,
          folder: join(folder, 'scene'),
          source,
          only: options.only,
          took,
        });
      } finally {
        await server.stop();
      }
    }
  }

  function note(workload: Workload, name: string, sample: Sample): void {
    const byName = results.get(workload) ?? new Map<string, Sample[]>();
    results.set(workload, byName.set(name, [...(byName.get(name) ?? []), sample]));
  }
}
