import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { BUCKET, type Workspaces } from './harness.ts';
import { objects, sha256 } from './sides.ts';

/* One workspace that moves from one datastore to another while its process is killed again and again. */

export interface Migration {
  readonly workspaces: Workspaces;
  readonly from: '.swamp' | 'folder' | 's3';
  readonly to: 'folder' | 's3';
  readonly files: number;
  readonly kills: number;
  readonly random: () => number;
}

export interface Migrated {
  /** How each attempt ended. */
  readonly ends: readonly string[];
  readonly killed: number;
}

/** By path: hash, time of change in microseconds, and whether it can be run. */
type Files = Readonly<Record<string, string>>;

/** Runs the story to its end; throws where anything is not equal. */
export async function migrate(story: Migration): Promise<Migrated> {
  const { workspaces, from, to, random } = story;
  const name = `${from.replace('.', '')}-to-${to}-${Math.trunc(random() * 1e9).toString(36)}`;
  const workspace = await mkdtemp(path.join(workspaces.folder, `${name}-`));
  const source = await prepare(story, workspace, name);
  const truth = filesOf(source);
  const bucketBefore = from === 's3' ? await objects(workspaces.place, `${name}-old`) : {};
  const target = path.join(workspaces.folder, `${name}-target`);
  const place = to === 's3' ? s3Words(story, `${name}-new`) : ['filesystem', '--path', target];
  const ends: string[] = [];
  for (let kill = 0; kill < story.kills; kill += 1) ends.push(await killedOnce(story, workspace, place));
  const last = await workspaces.cli(workspace, ['setup', ...place, '--json']);
  expect(last).toMatchObject({ code: 0, stderr: expect.stringContaining('✓') });
  if (to === 's3') {
    expect(differences(truth, await cloned(story, name))).toEqual([]);
    const quiet = await workspaces.cli(workspace, ['sync', '--json']);
    expect(quiet.json()).toMatchObject({ ok: true, uploaded: 0, downloaded: 0, adopted: 0, deletedLocal: 0 });
  } else {
    expect(differences(truth, filesOf(target))).toEqual([]);
    expect(readdirSync(target)).not.toContain('.datastore-staging');
  }
  expect(differences(truth, filesOf(to === 's3' && from !== 'folder' ? source : movedAside(source)))).toEqual([]);
  if (from === 's3') expect(await objects(workspaces.place, `${name}-old`)).toEqual(bucketBefore);
  return { ends, killed: ends.filter((end) => end === 'killed').length };
}

const s3Words = ({ workspaces: { place } }: Migration, prefix: string): string[] => [
  's3',
  '--bucket',
  BUCKET,
  '--prefix',
  prefix,
  '--endpoint',
  place.endpoint,
  '--region',
  place.region,
];

/** Gives the folder with the files, as the present configuration has it. */
async function prepare(story: Migration, workspace: string, name: string): Promise<string> {
  const { from, workspaces } = story;
  const inside = path.join(workspace, from === 's3' ? 'data' : '.swamp');
  const source = from === 'folder' ? path.join(workspaces.folder, `${name}-source`) : inside;
  spawnSync('git', ['init', '-q', workspace]);
  fill(source, story);
  const yaml = path.join(workspace, '.datastore.yaml');
  if (from === 'folder') await writeFile(yaml, `# ours\ntype: filesystem\npath: ${source} # mounted\n`);
  if (from === 's3') {
    const ended = await workspaces.cli(workspace, ['setup', ...s3Words(story, `${name}-old`), '--root', 'data']);
    expect(ended).toMatchObject({ code: 0 });
  }
  return source;
}

function fill(folder: string, { files, random }: Migration): void {
  for (let index = 0; index < files; index += 1) {
    const below = path.join(folder, `${index % 7}`, index % 5 === 0 ? 'a b/ü' : '');
    mkdirSync(below, { recursive: true });
    const file = path.join(below, `f ${index}.json`);
    const size = index % 50 === 0 ? 300_000 : Math.trunc(random() * 3000);
    writeFileSync(file, Buffer.alloc(size, `${index} ${random()} `));
    if (index % 11 === 0) chmodSync(file, 0o755);
    // To the microsecond, which is what a commit can say.
    const at = (1_600_000_000 + random() * 100_000_000).toFixed(6);
    utimesSync(file, at, at);
  }
}

/** Killed a while after one of the things it tells; the more files, the longer a while. */
async function killedOnce(
  { workspaces, random, files, to }: Migration,
  workspace: string,
  place: string[],
): Promise<string> {
  const running = workspaces.start(workspace, ['setup', ...place]);
  const after = 1 + Math.trunc(random() * (to === 's3' ? 6 : 2));
  let told = 0;
  const moment = new Promise<void>((resolve) => {
    running.process.stderr?.on('data', (text: string) => {
      told += text.split('✓').length - 1;
      if (told >= after) resolve();
    });
  });
  await Promise.race([moment, running.ended]);
  await Promise.race([sleep(random() * Math.max(250, files / 3)), running.ended]);
  running.process.kill('SIGKILL');
  const { code } = await running.ended;
  return code === null ? 'killed' : `ended ${code}`;
}

/** What a colleague gets. */
async function cloned({ workspaces }: Migration, name: string): Promise<Files> {
  const clone = await workspaces.workspace(`${name}-new`);
  expect(await workspaces.cli(clone, ['sync', '--json'])).toMatchObject({ code: 0 });
  return filesOf(path.join(clone, 'data'));
}

function movedAside(folder: string): string {
  const parent = path.dirname(folder);
  const found = readdirSync(parent).filter((name) => name.startsWith(`${path.basename(folder)}.20`));
  expect(found).toHaveLength(1);
  return path.join(parent, found[0] ?? '');
}

const differences = (one: Files, other: Files): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((file) => one[file] !== other[file])
    .map((file) => `${file}: ${one[file]} and ${other[file]}`);

/** What a process killed at a lock leaves beside it: part of no datastore, and swept an hour later. */
const LOCK_LITTER = /^\.datastore\.lock\.(?:new|aside)-/;

function filesOf(folder: string): Files {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const isLitter = path
      .relative(folder, file)
      .split('/')
      .some((name) => LOCK_LITTER.test(name));
    if (!entry.isFile() || isLitter || file.includes('.datastore-staging')) continue;
    const { mtimeMs, mode } = lstatSync(file);
    found[path.relative(folder, file)] =
      `${sha256(readFileSync(file))} ${Math.round(mtimeMs * 1000)} ${(mode & 0o100) === 0 ? '' : 'x'}`;
  }
  return found;
}
