import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Act, Contender, Place } from './contenders.ts';
import type { DevServer, Seen } from './dev-server.ts';
import { measure, type Usage } from './measure.ts';
import { changeLargeFile, changeSmallFiles, hashFolder, renameSmallFiles } from './sample-data.ts';
import { lastOf, type Story, type Workload } from './workload.ts';

export type Sample = Usage & Seen;

export interface Scene {
  readonly contender: Contender;
  readonly server: DevServer;
  readonly bucket: string;
  /** Its own, made anew and removed. */
  readonly folder: string;
  /** Files to begin with. */
  readonly source: string;
  readonly only: ReadonlySet<Workload>;
  readonly took: (workload: Workload, sample: Sample) => void;
}

/** By one contender, in the order of the workloads, as far as they are asked for. Throws when what came down is not what went up. */
export async function playStory(story: Story, scene: Scene): Promise<void> {
  const { contender, server, folder, source, only, took } = scene;
  const last = lastOf(story, only);
  if (last === undefined) return;
  rmSync(folder, { recursive: true, force: true });
  const [here, there] = [placeIn(scene, 'here'), placeIn(scene, 'there')];
  cpSync(source, here.data, { recursive: true, preserveTimestamps: true });
  try {
    for (const { workload, change, act, place } of DEEDS[story]) {
      change?.(here.data);
      const at = place === 'there' ? there : here;
      await server.reset();
      const usage = await measure(contender.command(act, at, server), join(folder, 'usage'));
      const seen = await server.seen();
      if (only.has(workload)) took(workload, { ...usage, ...seen });
      if (place === 'there' && hashFolder(here.data) !== hashFolder(there.data))
        throw new Error(`${workload}: what came down is not what went up`);
      if (workload === last) return;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Deed {
  readonly workload: Workload;
  readonly act: Act;
  /** `here` has the files, `there` is empty at first. */
  readonly place: 'here' | 'there';
  /** What is done to the files before. */
  readonly change?: (data: string) => void;
}

const DEEDS: Readonly<Record<Story, readonly Deed[]>> = {
  files: [
    { workload: 'W1', act: 'push', place: 'here' },
    { workload: 'W2', act: 'both', place: 'here' },
    { workload: 'W3', act: 'push', place: 'here', change: changeSmallFiles },
    { workload: 'W4', act: 'pull', place: 'there' },
    { workload: 'W8', act: 'push', place: 'here', change: renameSmallFiles },
  ],
  large: [
    { workload: 'W5-UP', act: 'push', place: 'here' },
    { workload: 'W5-DOWN', act: 'pull', place: 'there' },
    { workload: 'W5B-UP', act: 'push', place: 'here', change: changeLargeFile },
    { workload: 'W5B-DOWN', act: 'pull', place: 'there' },
  ],
  many: [
    { workload: 'W7-UP', act: 'push', place: 'here' },
    { workload: 'W6', act: 'both', place: 'here' },
    { workload: 'W7-DOWN', act: 'pull', place: 'there' },
  ],
};

function placeIn({ contender, server, bucket, folder }: Scene, name: string): Place {
  const workspace = join(folder, name);
  const place = { workspace, data: join(workspace, 'data'), bucket, home: join(folder, 'home') };
  mkdirSync(place.data, { recursive: true });
  mkdirSync(place.home, { recursive: true });
  contender.prepare(place, server);
  return place;
}
