import * as real from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as simulated from './disk/fs.ts';
import { boot, type Proc } from './disk/kernel.ts';
import { createDisk } from './disk/node.ts';
import { createRandom, type Random } from './random.ts';

/*
 * The engine's own file adapters run on the simulated disk, so what has to be true of it is one thing: its calls answer as the
 * system's do. Both get the same random calls here, and every answer, every error code and the whole tree must be the same.
 */

const SEQUENCES = 300;
const CALLS = 80;

test(`the simulated disk answers as this system's: ${SEQUENCES} random sequences of ${CALLS} calls`, () => {
  const kinds = new Map<string, number>();
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const pair = openPair();
    const random = createRandom(`model ${seed}`);
    const told: string[] = [];
    for (let count = 0; count < CALLS; count += 1) {
      const call = makeCall(random);
      const answers = pair.both((system, at) => answerOf(() => call.run(system, at)));
      told.push(`${call.words}: ${answers.simulated}`);
      expect(answers.simulated, `seed ${seed}, ${told.slice(-12).join('\n')}`).toEqual(answers.real);
      kinds.set(outcomeOf(call.words, answers.real), (kinds.get(outcomeOf(call.words, answers.real)) ?? 0) + 1);
    }
    const trees = pair.both((system, at) => treeOf(system, at(''), new Map()));
    expect(trees.simulated, `seed ${seed}, ${told.slice(-12).join('\n')}`).toEqual(trees.real);
  }
  // What was never tried proves nothing.
  for (const outcome of [
    'rename ok',
    'rename EISDIR',
    'rename ENOTEMPTY',
    'link EEXIST',
    'open EEXIST',
    'open ELOOP',
    'unlink ok',
    'rmdir ENOTEMPTY',
    'lstat ENOTDIR',
    'realpath ok',
    'futimes ok',
    'write ok',
    'readdir ok',
    'held ok',
    'held ENOTDIR',
    'held, ok',
  ])
    expect(kinds.get(outcome), outcome).toBeGreaterThan(0);
});

type System = typeof real;

/** A folder on the real disk and one on a simulated, and a way to do the same on both. */
function openPair() {
  const folder = real.realpathSync(
    real.mkdtempSync(join(real.existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'datastore-model-')),
  );
  onTestFinished(() => real.rmSync(folder, { recursive: true, force: true }));
  boot(new Map([[1, procOf(1, newDisk())]]));
  const places = [
    [real, (path: string) => (path === '' ? folder : `${folder}/${path}`)],
    [simulated as unknown as System, (path: string) => (path === '' ? '/p1' : `/p1/${path}`)],
  ] as const;
  return {
    both<T>(act: (system: System, at: (path: string) => string) => T): { real: T; simulated: T } {
      const [one, other] = places.map(([system, at]) => act(system, at));
      return { real: one as T, simulated: other as T };
    },
  };
}

const newDisk = () =>
  createDisk<Proc>(
    { granularityMs: 0.001, isCaseBlind: false, hasHardLinks: true, reusesInodes: false, hasOrderedJournal: true },
    () => 1_000,
    false,
  );

const procOf = (id: number, disk: Proc['disk']): Proc => ({
  id,
  disk,
  isDead: false,
  asleepUntil: 0,
  onCall: () => {},
  takesPart: () => false,
  breathe: async () => {},
});

interface Call {
  readonly words: string;
  readonly run: (system: System, at: (path: string) => string) => unknown;
}

const NAMES = ['a', 'b', 'f', 'f/a', 'f/b', 'f/g', 'f/g/a', 'h', 'h/a', 'a/below'];

function makeCall(random: Random): Call {
  const path = random.pick(NAMES);
  const to = random.pick(NAMES);
  const text = 'x'.repeat(random.between(0, 9));
  const kind = random.pick(Object.keys(CALLS_BY_NAME) as (keyof typeof CALLS_BY_NAME)[]);
  const call = CALLS_BY_NAME[kind];
  return { words: `${kind} ${path} ${to} ${text.length}`, run: (system, at) => call(system, at, path, to, text) };
}

type Act = (system: System, at: (path: string) => string, path: string, to: string, text: string) => unknown;

const CALLS_BY_NAME = {
  create: (system, at, path, _to, text) => withFile(system, at(path), 'wx+', (fd) => system.writeSync(fd, text)),
  open: (system, at, path) =>
    withFile(
      system,
      at(path),
      real.constants.O_RDWR | real.constants.O_NOFOLLOW | real.constants.O_CREAT | real.constants.O_EXCL,
      () => 'new',
    ),
  'open folder': (system, at, path) =>
    withFile(system, at(path), real.constants.O_RDONLY | real.constants.O_NOFOLLOW, (fd) =>
      system.fstatSync(fd).isFile(),
    ),
  held: (system, at, path) => inHeldFolder(system, at, path, () => {}),
  'held, and moved': (system, at, path, to) =>
    inHeldFolder(system, at, path, () => answerOf(() => system.renameSync(at(path), at(to)))),
  'held, and removed': (system, at, path) =>
    inHeldFolder(system, at, path, () => system.rmSync(at(path), { recursive: true })),
  write: (system, at, path, _to, text) =>
    withFile(system, at(path), real.constants.O_WRONLY | real.constants.O_NOFOLLOW, (fd) => {
      const bytes = new TextEncoder().encode(`${text}!`);
      return [system.writeSync(fd, bytes, 0), system.writeSync(fd, bytes, 0, bytes.length, 3)];
    }),
  append: (system, at, path, _to, text) =>
    withFile(
      system,
      at(path),
      real.constants.O_WRONLY | real.constants.O_CREAT | real.constants.O_APPEND | real.constants.O_NOFOLLOW,
      (fd) => [system.writeSync(fd, text), system.fstatSync(fd).size],
    ),
  truncate: (system, at, path, _to, text) =>
    withFile(system, at(path), real.constants.O_WRONLY | real.constants.O_NOFOLLOW, (fd) => {
      system.ftruncateSync(fd, text.length);
      return system.fstatSync(fd).size;
    }),
  read: (system, at, path) =>
    withFile(system, at(path), real.constants.O_RDONLY | real.constants.O_NOFOLLOW, (fd) => {
      const buffer = new Uint8Array(4);
      const read = system.readSync(fd, buffer);
      return [read, [...buffer], system.readSync(fd, buffer), [...buffer]];
    }),
  'read whole': (system, at, path) =>
    withFile(system, at(path), real.constants.O_RDONLY | real.constants.O_NOFOLLOW, (fd) =>
      system.readFileSync(fd, 'utf8'),
    ),
  futimes: (system, at, path, _to, text) =>
    withFile(system, at(path), real.constants.O_RDONLY | real.constants.O_NOFOLLOW, (fd) => {
      system.futimesSync(fd, '1763650000.123', String(1_763_650_000 + text.length / 8));
      return Math.round(system.fstatSync(fd).mtimeMs * 1000) / 1000;
    }),
  mkdir: (system, at, path) => system.mkdirSync(at(path), { mode: 0o700 }),
  rmdir: (system, at, path) => system.rmdirSync(at(path)),
  unlink: (system, at, path) => system.unlinkSync(at(path)),
  rename: (system, at, path, to) => system.renameSync(at(path), at(to)),
  // The adapters link regular files only.
  link: (system, at, path, to) =>
    system.lstatSync(at(path), { throwIfNoEntry: false })?.isSymbolicLink() === true
      ? 'a link'
      : system.linkSync(at(path), at(to)),
  symlink: (system, at, path, to) => system.symlinkSync(at(to).replace(/^.p1/, ''), at(path)),
  readlink: (system, at, path) => system.readlinkSync(at(path)).replace(at(''), ''),
  lstat: (system, at, path) => system.lstatSync(at(path)).isFile(),
  'lstat quietly': (system, at, path) => system.lstatSync(at(path), { throwIfNoEntry: false })?.size === undefined,
  realpath: (system, at, path) => system.realpathSync.native(at(path)).replace(at(''), ''),
  readdir: (system, at, path) => system.readdirSync(at(path)).toSorted(),
  'remove all': (system, at, path) => system.rmSync(at(path.split('/')[0] ?? ''), { recursive: true, force: true }),
  chmod: (system, at, path) => system.chmodSync(at(path), 0o755),
} as const satisfies Readonly<Record<string, Act>>;

/** Opens what is called `a` in a folder that is held open while something happens, and says where both lie then: of what is gone, that it is. */
function inHeldFolder(system: System, at: Parameters<Act>[1], path: string, meanwhile: () => unknown): unknown {
  const flags = real.constants.O_RDONLY | real.constants.O_NOFOLLOW;
  return withFile(system, at(path), flags | real.constants.O_DIRECTORY, (folder) => {
    meanwhile();
    const whereIs = (fd: number) =>
      system
        .readlinkSync(`/proc/self/fd/${fd}`)
        .replace(at(''), '')
        .replace(/.* (?=\(deleted\)$)/, '');
    return [
      whereIs(folder),
      answerOf(() =>
        withFile(system, `/proc/self/fd/${folder}/a`, flags, (fd) => [whereIs(fd), system.fstatSync(fd).isFile()]),
      ),
    ];
  });
}

function withFile(system: System, path: string, flags: string | number, use: (fd: number) => unknown): unknown {
  const fd = system.openSync(path, flags, 0o644);
  try {
    return use(fd);
  } finally {
    system.closeSync(fd);
  }
}

function answerOf(act: () => unknown): string {
  try {
    return `ok ${JSON.stringify(act() ?? null)}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

const outcomeOf = (words: string, answer: string): string => `${words.split(' ')[0]} ${answer.split(' ')[0]}`;

/** Every name with what it is; hard links are told by the first name of the same file. */
function treeOf(system: System, folder: string, names: Map<number, string>): unknown {
  return system
    .readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return [entry.name, treeOf(system, path, names)];
      if (entry.isSymbolicLink()) return [entry.name, 'link'];
      const { ino, size, mode } = system.lstatSync(path);
      const first = names.get(ino) ?? entry.name;
      names.set(ino, first);
      return [entry.name, size, mode & 0o777, first];
    });
}

test('the number of a file that was closed is the next one’s, as on Linux, and only of its process', async () => {
  const disk = newDisk();
  const [one, other] = [procOf(1, disk), procOf(2, disk)];
  boot(new Map([one, other].map((proc) => [proc.id, proc])));
  const open = (process: number, name: string) => simulated.openSync(`/p${process}/${name}`, 'wx+');
  const [first, second, elsewhere] = [open(1, 'a'), open(1, 'b'), open(2, 'c')];
  simulated.closeSync(first);
  expect(() => simulated.fstatSync(first)).toThrow('EBADF');
  expect([open(2, 'd'), open(1, 'e'), open(1, 'f')]).toEqual([elsewhere + 1, first, second + 1]);
  // Whoever has kept the number writes into another file.
  simulated.writeSync(first, 'late');
  expect(simulated.readFileSync('/p1/e', 'utf8')).toBe('late');
  simulated.closeSync(first);
  const handle = await simulated.promises.open('/p1/a');
  await handle.close();
  expect([open(1, 'g'), handle.fd]).toEqual([first, -1]);
  await expect(handle.stat()).rejects.toThrow('EBADF');
});
