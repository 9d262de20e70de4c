import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { type CallKind, Dead, type Life } from './life.ts';

/** As they are, whoever has tapped them. */
const { readdirSync, statSync } = fs;

type Call = (...args: unknown[]) => unknown;

/** Between a program and its disk: every call of `node:fs` that is made inside a life passes that life. */
export interface DiskTap {
  /** Does work as this life. What it started belongs to it, too. */
  inLife<T>(life: Life, work: () => Promise<T>): Promise<T>;
  /** Closes what a dead life has open, as the system does for a dead process. */
  bury(life: Life): Promise<void>;
  /** Calls below a folder that no life has made, by name: the tap has a hole if there is one. */
  strays(folder: string): readonly string[];
}

const LOOKS = new Set([
  'accessSync',
  'existsSync',
  'fdatasyncSync',
  'fstatSync',
  'fsyncSync',
  'lstatSync',
  'readFileSync',
  'readSync',
  'readdirSync',
  'readlinkSync',
  'realpathSync',
  'statSync',
]);
/** With an answer for later. */
const CALLBACKS: readonly (readonly [name: string, kind: CallKind])[] = [
  ['fsync', 'look'],
  ['write', 'write'],
];
const HANDLE_LOOKS = new Set(['read', 'stat', 'sync', 'datasync', 'readFile', 'readv']);
const HANDLE_CHANGES = new Set(['chmod', 'chown', 'truncate', 'utimes']);
const HANDLE_WRITES = new Set(['write', 'writeFile', 'appendFile', 'writev']);

interface Held {
  readonly fds: Map<number, string>;
  readonly handles: Set<FileHandle>;
  /** Calls on open files that are under way. */
  readonly calls: Set<Promise<unknown>>;
}

let tap: DiskTap | null = null;

/** Once for each process: `node:fs` stays tapped, and is as ever outside lives. Calls it does not know throw inside a life. */
export function tapDisk(): DiskTap {
  tap ??= install();
  return tap;
}

function install(): DiskTap {
  const lives = new AsyncLocalStorage<Life>();
  const open = new Map<Life, Held>();
  const strays: string[] = [];
  const real: Record<string, Call> = {};
  const module = fs as unknown as Record<string, Call>;

  const held = (life: Life) => {
    const known = open.get(life) ?? { fds: new Map(), handles: new Set(), calls: new Set() };
    open.set(life, known);
    return known;
  };

  for (const name of Object.keys(fs).filter((key) => key.endsWith('Sync') && !key.startsWith('_'))) {
    const call = module[name];
    if (call === undefined) continue;
    real[name] = call;
    const tapped: Call = (...args) => {
      const life = lives.getStore();
      if (life === undefined) {
        if (typeof args[0] === 'string') strays.push(`${name} ${args[0]}`);
        return call(...args);
      }
      return pass(life, name, call, args);
    };
    module[name] = Object.assign(tapped, native(call, lives));
  }

  for (const [name, kind] of CALLBACKS) {
    const call = module[name] as Call;
    module[name] = (...args) => {
      const life = lives.getStore();
      const answered = args.pop() as (error: unknown, ...values: unknown[]) => void;
      if (life === undefined) return call(...args, answered);
      const { fds, calls } = held(life);
      const promised = (given: unknown[]) =>
        new Promise((resolve, reject) => {
          call(...given, (error: unknown, value: unknown) => (error === null ? resolve(value) : reject(error)));
        });
      const label = `${name} ${fds.get(args[0] as number) ?? ''}`;
      const answer = life.callAsync(
        kind,
        label,
        () => promised(args),
        () => promised(half(args)),
      );
      const isOver = () => void calls.delete(answer);
      calls.add(answer);
      answer.then(isOver, isOver);
      answer.then((value) => answered(null, value), answered);
    };
  }

  const openHandle = promises.open;
  const tappedOpen = async (...args: Parameters<typeof openHandle>): Promise<FileHandle> => {
    const life = lives.getStore();
    if (life === undefined) return openHandle(...args);
    const label = `open ${String(args[0])}`;
    return life.callAsync(opens(args[1]), label, async () => {
      const handle = tapHandle(life, await openHandle(...args), label);
      held(life).handles.add(handle);
      return handle;
    });
  };
  Object.assign(promises, { open: tappedOpen });
  for (const name of Object.keys(promises).filter((key) => key !== 'open' && key !== 'constants')) {
    const other = promises as unknown as Record<string, Call>;
    const call = other[name];
    if (typeof call !== 'function') continue;
    other[name] = (...args) => {
      if (lives.getStore() !== undefined) throw new Error(`the tap does not know fs/promises.${name}`);
      return call(...args);
    };
  }
  syncBuiltinESMExports();

  function pass(life: Life, name: string, call: Call, args: unknown[]): unknown {
    const { fds } = held(life);
    const opened = typeof args[0] === 'number' ? fds.get(args[0]) : undefined;
    const label = `${name} ${opened ?? describe(args)}`;
    if (name === 'closeSync') {
      // The number may be another's since the dead were buried.
      if (!fds.delete(args[0] as number)) throw new Dead();
      return call(...args);
    }
    if (name === 'openSync') {
      // Noted before anybody may die of it.
      return life.call(opens(args[1]), label, () => {
        const fd = call(...args) as number;
        fds.set(fd, String(args[0]));
        return fd;
      });
    }
    if (name === 'writeSync')
      return life.call(
        'write',
        label,
        () => call(...args),
        () => call(...half(args)),
      );
    if (name === 'rmSync') {
      const isFolder = statSync(String(args[0]), { throwIfNoEntry: false })?.isDirectory() === true;
      const [first] = isFolder ? readdirSync(String(args[0])) : [];
      const some = () => (first === undefined ? undefined : call(`${String(args[0])}/${first}`, args[1]));
      return life.call('write', label, () => call(...args), some);
    }
    if (/(?:write|append)File|cpSync|copyFile|writev/.test(name)) throw new Error(`the tap cannot tear ${name}`);
    return life.call(LOOKS.has(name) ? 'look' : 'change', label, () => call(...args));
  }

  return {
    inLife: (life, work) => lives.run(life, work),
    async bury(life) {
      const { fds, handles, calls } = held(life);
      await Promise.allSettled(calls);
      open.delete(life);
      for (const handle of handles) await handle.close().catch(() => undefined);
      for (const fd of fds.keys()) real['closeSync']?.(fd);
    },
    strays: (folder) => strays.splice(0).filter((stray) => stray.includes(` ${folder}`)),
  };

  function tapHandle(life: Life, handle: FileHandle, label: string): FileHandle {
    const methods = handle as unknown as Record<string, Call>;
    const of = (name: string): Call => (methods[name] as Call).bind(handle);
    const write = of('write') as FileHandle['write'];
    for (const [names, kind] of [
      [HANDLE_LOOKS, 'look'],
      [HANDLE_CHANGES, 'change'],
      [HANDLE_WRITES, 'write'],
    ] as const) {
      for (const name of names) {
        const call = of(name) as (...args: unknown[]) => Promise<unknown>;
        methods[name] = (...args) =>
          life.callAsync(
            kind,
            `${name} of ${label}`,
            () => call(...args),
            () => write(...(half([0, args[0]]).slice(1) as [Uint8Array])),
          );
      }
    }
    const close = of('close') as () => Promise<void>;
    methods['close'] = async () => {
      held(life).handles.delete(handle);
      await close();
      if (life.diedAt !== null) throw new Dead();
    };
    return handle;
  }
}

/** `realpathSync.native` is a call of its own. */
function native(call: Call, lives: AsyncLocalStorage<Life>): object {
  if (!('native' in call)) return {};
  const inner = call.native as Call;
  return {
    native: (...args: unknown[]) => {
      const life = lives.getStore();
      return life === undefined
        ? inner(...args)
        : life.call('look', `realpath ${describe(args)}`, () => inner(...args));
    },
  };
}

function opens(flags: unknown): CallKind {
  if (typeof flags === 'string') return flags.startsWith('r') && !flags.includes('+') ? 'look' : 'change';
  const creates = fs.constants.O_CREAT | fs.constants.O_TRUNC;
  return typeof flags === 'number' && (flags & creates) !== 0 ? 'change' : 'look';
}

/** `[fd, bytes, offset, length, position]` of a write, with half the length. */
function half([fd, data, offset, length, position]: unknown[]): unknown[] {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : (data as Uint8Array);
  const from = typeof offset === 'number' ? offset : 0;
  const whole = typeof length === 'number' ? length : bytes.byteLength - from;
  return [fd, bytes, from, Math.trunc(whole / 2), position ?? null];
}

const describe = (args: unknown[]): string =>
  args
    .filter((arg) => typeof arg === 'string' && arg.startsWith('/'))
    .map((arg) => String(arg))
    .join(' → ');
