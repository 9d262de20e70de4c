import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startCephServer } from './ceph-server.ts';
import type { Contender } from './contender.ts';
import { startDevServer } from './dev-server.ts';
import { makeFolder } from './litter.ts';
import type { Options } from './options.ts';
import { hasWarmUp, roundsOf } from './rounds.ts';
import { writeLargeFile, writeSmallFiles, writeTinyFiles } from './sample-data.ts';
import { playStory, type Sample } from './story.ts';
import { lastOf, type Story, type Workload } from './workload.ts';

/** Samples by workload and name of contender, in the order of the rounds. */
export type Results = ReadonlyMap<Workload, ReadonlyMap<string, readonly Sample[]>>;

/** Each program has files of its own, of the same names and sizes: what was just written is read as fast by all. */
const MAKERS: Readonly<Record<Story, (data: string, options: Options) => void>> = {
  probe: (data) => writeSmallFiles(data, 1),
  files: (data, { files }) => writeSmallFiles(data, files),
  large: (data, { largeBytes }) => writeLargeFile(data, largeBytes),
  many: (data, { many }) => writeSmallFiles(data, many),
  everyday: (data, { files }) => writeSmallFiles(data, files),
  million: (data, { million }) => writeTinyFiles(data, million),
};

export interface Play {
  readonly story: Story;
  readonly contenders: readonly Contender[];
  readonly options: Options;
  /** Added to every answer of the server, milliseconds. */
  readonly latency: number;
  /** Told how far it is. */
  readonly say: (text: string) => void;
}

/** Plays all rounds of a story, the order of contenders rotated from round to round. Empty where nobody plays it. */
export async function playRounds({ story, contenders, options, latency, say }: Play): Promise<Results> {
  const results = new Map<Workload, Map<string, Sample[]>>();
  const roundsIn = ({ pace }: Contender): number => roundsOf(pace, story, latency, options.runs);
  const rounds = Math.max(...contenders.map(roundsIn));
  if (lastOf(story, options.only) === undefined || rounds === 0) return results;
  const folder = makeFolder(story);
  for (let round = options.warmUp ? 0 : 1; round <= rounds; round += 1) {
    say(`${latency} ms, ${story}: ${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}`);
    await playRound(round);
  }
  return results;

  async function playRound(round: number): Promise<void> {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const contender = contenders[(turn + round) % contenders.length];
      if (contender === undefined) continue;
      if (round === 0 ? !hasWarmUp(roundsIn(contender), story) : round > roundsIn(contender)) continue;
      const bucket = 'bench-bucket';
      // A fresh one for each: a server that already holds gigabytes is slower than an empty one.
      const server =
        options.store === 'ceph' ? await startCephServer([bucket]) : await startDevServer([bucket], latency);
      const scene = join(folder, `${round}-${turn}`);
      try {
        const took = (workload: Workload, sample: Sample): void => {
          if (round > 0) note(workload, contender.name, sample);
        };
        const make = (data: string): void => MAKERS[story](data, options);
        await playStory(story, { contender, server, bucket, folder: scene, make, only: options.only, took });
      } finally {
        await server.stop();
        // Few inodes, and gigabytes.
        if (story === 'large') rmSync(scene, { recursive: true, force: true });
      }
    }
  }

  function note(workload: Workload, name: string, sample: Sample): void {
    const byName = results.get(workload) ?? new Map<string, Sample[]>();
    results.set(workload, byName.set(name, [...(byName.get(name) ?? []), sample]));
  }
}
