import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Act, Contender, Place } from './contender.ts';
import type { DevServer, Seen } from './dev-server.ts';
import { playEveryday } from './everyday.ts';
import { flush, measure, type Usage } from './measure.ts';
import {
  addSmallFile,
  changeLargeFile,
  changeSmallFiles,
  changeTinyFiles,
  hashFolder,
  renameSmallFiles,
} from './sample-data.ts';
import { lastOf, type Story, type Workload } from './workload.ts';

export interface Sample extends Usage, Seen {
  /** After the program had ended, until what came down was on the disk; 0 where nothing came. */
  readonly flushMs: number;
}

export interface Scene {
  readonly contender: Contender;
  readonly server: DevServer;
  readonly bucket: string;
  /** Its own, which is not there yet. */
  readonly folder: string;
  /** Writes the files that there are to begin with. */
  readonly make: (data: string) => void;
  readonly only: ReadonlySet<Workload>;
  readonly took: (workload: Workload, sample: Sample) => void;
}

/** By one contender, in the order of the workloads, as far as they are asked for. Throws when what came down is not what went up. */
export async function playStory(story: Story, scene: Scene): Promise<void> {
  const { contender, server, folder, make, only, took } = scene;
  const last = lastOf(story, only);
  if (last === undefined) return;
  const [here, there] = [placeIn(scene, 'here'), placeIn(scene, 'there')];
  make(here.data);
  if (story === 'everyday') return await playEveryday({ ...scene, here, there });
  if (story !== 'probe' && contender.probe) await measure(contender.probe(here, server), join(folder, 'usage'));
  const deeds = DEEDS[story];
  for (const { workload, change, act, place } of deeds.slice(0, deeds.findLastIndex(is(last)) + 1)) {
    change?.(here.data);
    const at = place === 'there' ? there : here;
    // What was copied is not this program's to bring to the disk.
    if (act === 'pull') flush(folder);
    await server.reset();
    const usage = await measure(contender.command(act, at, server), join(folder, 'usage'));
    const flushMs = act === 'pull' ? flush(at.data) : 0;
    const seen = await server.seen();
    if (only.has(workload)) took(workload, { ...usage, ...seen, flushMs });
    if (place === 'there' && hashFolder(here.data) !== hashFolder(there.data))
      throw new Error(`${workload}: what came down is not what went up`);
  }
}

const is =
  (last: Workload) =>
  ({ workload }: Deed): boolean =>
    workload === last;

interface Deed {
  readonly workload: Workload;
  readonly act: Act;
  /** `here` has the files, `there` is empty at first. */
  readonly place: 'here' | 'there';
  /** What is done to the files before. */
  readonly change?: (data: string) => void;
}

const DEEDS: Readonly<Record<Exclude<Story, 'everyday'>, readonly Deed[]>> = {
  probe: [
    { workload: 'W0', act: 'push', place: 'here' },
    { workload: 'W0-NEXT', act: 'push', place: 'here', change: addSmallFile },
  ],
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
  million: [
    { workload: 'W9-UP', act: 'push', place: 'here' },
    // Once in each of three rounds would be to push three times.
    { workload: 'W9', act: 'both', place: 'here' },
    { workload: 'W9', act: 'both', place: 'here' },
    { workload: 'W9', act: 'both', place: 'here' },
    { workload: 'W9-PLAN', act: 'plan', place: 'here', change: changeTinyFiles },
  ],
};

function placeIn({ contender, server, bucket, folder }: Scene, name: string): Place {
  const workspace = join(folder, name);
  const place = { workspace, data: join(workspace, 'data'), bucket, home: join(folder, 'home') };
  mkdirSync(name === 'there' ? place.data : workspace, { recursive: true });
  mkdirSync(place.home, { recursive: true });
  contender.prepare(place, server);
  return place;
}
