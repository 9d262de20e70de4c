import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../support/ceph/processes.ts';
import type { Contender, Place } from './contender.ts';
import { type DevServer, startDevServer } from './dev-server.ts';
import { type Command, measure } from './measure.ts';
import { writeSmallFiles } from './sample-data.ts';

const FILES = 20;

/** How often each program asks the system to flush a file while it pulls twenty of them; null where nothing can count that. */
export async function countFlushes(contenders: readonly Contender[]): Promise<ReadonlyMap<string, number> | null> {
  const strace = findProgram('strace');
  if (strace === undefined) return null;
  const counts = new Map<string, number>();
  for (const contender of contenders) {
    const server = await startDevServer(['bench-bucket'], 0);
    const folder = mkdtempSync(join(tmpdir(), 'datastore-bench-flushes-'));
    try {
      counts.set(contender.name, await countOf(contender, strace, server, folder));
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return counts;
}

async function countOf(contender: Contender, strace: string, server: DevServer, folder: string): Promise<number> {
  const [here, there] = ['here', 'there'].map((name): Place => {
    const workspace = join(folder, name);
    const place = { workspace, data: join(workspace, 'data'), bucket: 'bench-bucket', home: join(folder, 'home') };
    for (const made of [place.data, place.home]) mkdirSync(made, { recursive: true });
    contender.prepare(place, server);
    return place;
  });
  if (here === undefined || there === undefined) return Number.NaN;
  writeSmallFiles(here.data, FILES);
  await measure(contender.command('push', here, server), join(folder, 'usage'));
  const notes = join(folder, 'calls');
  await measure(watched(contender.command('pull', there, server), strace, notes), join(folder, 'usage'));
  return readFileSync(notes, 'utf8')
    .split('\n')
    .filter((line) => /\b(fsync|fdatasync|syncfs)\(/.test(line)).length;
}

function watched({ program, args, ...rest }: Command, strace: string, notes: string): Command {
  return {
    ...rest,
    program: strace,
    args: ['-f', '-o', notes, '-e', 'trace=fsync,fdatasync,syncfs', program, ...args],
  };
}
