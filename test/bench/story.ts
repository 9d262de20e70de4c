import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Act, Contender, Place } from './contenders.ts';
import type { DevServer, Seen } from './dev-server.ts';
import { measure, type Usage } from './measure.ts';
import { changeSmallFiles, hashFolder } from './sample-data.ts';
import type { Workload } from './workload.ts';

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

/** W1 to W4 by one contender. Throws when what came down is not what went up. */
export function playFiles(scene: Scene, files: number): Promise<void> {
  return onStage(scene, async (here, there, act) => {
    await act('W1', 'push', here);
    if (scene.only.has('W2')) await act('W2', 'both', here);
    if (scene.only.has('W3')) {
      changeSmallFiles(here.data, files);
      await act('W3', 'push', here);
    }
    if (scene.only.has('W4')) await pullAndCompare('W4', here, there, act);
  });
}

/** W5 by one contender. Throws as above. */
export function playLarge(scene: Scene): Promise<void> {
  return onStage(scene, async (here, there, act) => {
    await act('W5-UP', 'push', here);
    if (scene.only.has('W5-DOWN')) await pullAndCompare('W5-DOWN', here, there, act);
  });
}

type Player = (workload: Workload, act: Act, place: Place) => Promise<void>;

async function onStage(scene: Scene, play: (here: Place, there: Place, act: Player) => Promise<void>): Promise<void> {
  const { contender, server, folder, source, only, took } = scene;
  rmSync(folder, { recursive: true, force: true });
  const [here, there] = [placeIn(scene, 'here'), placeIn(scene, 'there')];
  cpSync(source, here.data, { recursive: true, preserveTimestamps: true });
  try {
    await play(here, there, async (workload, act, place) => {
      await server.reset();
      const usage = await measure(contender.command(act, place, server), join(folder, 'usage'));
      const seen = await server.seen();
      if (only.has(workload)) took(workload, { ...usage, ...seen });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function pullAndCompare(workload: Workload, here: Place, there: Place, act: Player): Promise<void> {
  await act(workload, 'pull', there);
  if (hashFolder(here.data) !== hashFolder(there.data))
    throw new Error(`${workload}: what came down is not what went up`);
}

function placeIn({ contender, server, bucket, folder }: Scene, name: string): Place {
  const workspace = join(folder, name);
  const place = { workspace, data: join(workspace, 'data'), bucket, home: join(folder, 'home') };
  mkdirSync(place.data, { recursive: true });
  mkdirSync(place.home, { recursive: true });
  contender.prepare(place, server);
  return place;
}
