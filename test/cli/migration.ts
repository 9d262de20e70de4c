import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { BUCKET, type Running, type Workspaces } from './harness.ts';
import { objects, sha256 } from './sides.ts';

/* One workspace that moves from one datastore to another while its process is killed again and again. */

export interface Migration {
  readonly workspaces: Workspaces;
  readonly from: '.swamp' | 'folder' | 's3';
  readonly to: 'folder' | 's3';
  /** With `--delete-source`, and killed while that goes on, too. */
  readonly deletes: boolean;
  readonly files: number;
  readonly kills: number;
  readonly random: () => number;
}

export interface Migrated {
  /** How each attempt at a kill ended. */
  readonly ends: readonly string[];
  readonly killed: number;
  /** Those of which the source was found half deleted. */
  readonly halved: number;
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
  const place = [
    ...(to === 's3' ? s3Words(story, `${name}-new`) : ['filesystem', '--path', target]),
    ...(story.deletes ? ['--delete-source'] : []),
  ];
  const ends: string[] = [];
  let halved = 0;
  // One that has come to its end leaves nothing to kill.
  for (let kill = 0; kill < story.kills && ends.at(-1) !== 'ended 0'; kill += 1) {
    const isLate = story.deletes && kill % 2 === 1;
    ends.push(await killedOnce(story, workspace, place, isLate ? halfGone(source, truth, random) : null));
    const left = leftIn(source, truth);
    if (ends.at(-1) === 'killed' && left > 0 && left < story.files) halved += 1;
    if (to === 'folder' || from === 'folder') expect(lost(workspaces.folder, name, truth)).toEqual([]);
  }
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
  if (story.deletes) expect(leftOf(source)).toEqual([]);
  else expect(differences(truth, filesOf(to === 's3' && from !== 'folder' ? source : movedAside(source)))).toEqual([]);
  if (from === 's3') expect(await objects(workspaces.place, `${name}-old`)).toEqual(bucketBefore);
  return { ends, killed: ends.filter((end) => end === 'killed').length, halved };
}

/** What is in none of the folders of this story any more, staging and dated ones included. */
function lost(top: string, name: string, truth: Files): readonly string[] {
  const found = new Set<string>();
  for (const folder of readdirSync(top).filter((at) => at.replace('.', '').startsWith(name)))
    for (const entry of readdirSync(path.join(top, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) found.add(sha256(readFileSync(path.join(entry.parentPath, entry.name))));
  return Object.keys(truth).filter((file) => !found.has(truth[file]?.split(' ')[0] ?? ''));
}

/** The folder, and what it is called when it is moved aside, or on its way out. */
function leftOf(folder: string): readonly string[] {
  const own = path.basename(folder);
  const isOf = (name: string): boolean =>
    name === own || name.startsWith(`${own}.20`) || name.startsWith(`.${own}.deleted-`);
  return readdirSync(path.dirname(folder)).filter(isOf);
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

/** What every object has: the first files are called so. */
const INHERITED = ['constructor', '__proto__', 'toString'];

function fill(folder: string, { files, random }: Migration): void {
  for (let index = 0; index < files; index += 1) {
    const below = path.join(folder, `${index % 7}`, index % 5 === 0 ? 'a b/ü' : '');
    mkdirSync(below, { recursive: true });
    const inherited = INHERITED[index];
    const file = inherited === undefined ? path.join(below, `f ${index}.json`) : path.join(folder, inherited);
    const size = index % 50 === 0 ? 300_000 : Math.trunc(random() * 3000);
    writeFileSync(file, Buffer.alloc(size, `${index} ${random()} `));
    if (index % 11 === 0) chmodSync(file, 0o755);
    // To the microsecond, which is what a commit can say.
    const at = (1_600_000_000 + random() * 100_000_000).toFixed(6);
    utimesSync(file, at, at);
  }
}

/** Killed when it `isDue`, looked at again and again; else a while after one of the things it tells: the more files, the longer a while. */
async function killedOnce(
  story: Migration,
  workspace: string,
  place: string[],
  isDue: (() => boolean) | null,
): Promise<string> {
  const running = story.workspaces.start(workspace, ['setup', ...place]);
  await (isDue === null ? toldEnough(story, running) : until(isDue, running));
  running.process.kill('SIGKILL');
  const { code } = await running.ended;
  return code === null ? 'killed' : `ended ${code}`;
}

const leftIn = (source: string, truth: Files): number =>
  Object.keys(truth).filter((file) => existsSync(path.join(source, file))).length;

/** Whether a part of what is there now is gone. */
function halfGone(source: string, truth: Files, random: () => number): () => boolean {
  const enough = leftIn(source, truth) * (0.2 + 0.7 * random());
  return () => leftIn(source, truth) < enough;
}

async function until(isDue: () => boolean, { ended }: Running): Promise<void> {
  const stopped = ended.then(() => true);
  while (!isDue() && !(await Promise.race([stopped, sleep(2, false)])));
}

async function toldEnough({ random, files, to }: Migration, running: Running): Promise<void> {
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

/** What a process killed at a lock, or while it tried a folder, leaves there: part of no datastore, and swept an hour later. */
const LITTER = /^\.datastore(?:\.lock\.(?:new|aside)|-try)-/;

function filesOf(folder: string): Files {
  const found = Object.create(null) as Record<string, string>;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const isLitter = path
      .relative(folder, file)
      .split('/')
      .some((name) => LITTER.test(name));
    if (!entry.isFile() || isLitter || file.includes('.datastore-staging')) continue;
    const { mtimeMs, mode } = lstatSync(file);
    found[path.relative(folder, file)] =
      `${sha256(readFileSync(file))} ${Math.round(mtimeMs * 1000)} ${(mode & 0o100) === 0 ? '' : 'x'}`;
  }
  return found;
}
