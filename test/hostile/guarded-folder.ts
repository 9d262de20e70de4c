import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A root, and around it everything that a key could reach by mistake. */
export interface GuardedFolder {
  readonly workspace: string;
  /** `data` in the workspace. */
  readonly root: string;
  /** For the records of a client; not guarded. */
  readonly state: string;
  /** Names, kinds and contents of all that lies around the root, and that the links in the root lead to. */
  surroundings(): ReadonlyMap<string, string>;
  /** Every regular file of the root but staging: path to content. */
  files(): ReadonlyMap<string, string>;
  remove(): void;
}

/** In memory where the system has such a folder: every file is flushed to disk, and here no power is cut. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** With canaries at the names that hostile keys aim at, and links in the root that lead to some of them. */
export function openGuardedFolder(): GuardedFolder {
  const top = realpathSync(mkdtempSync(join(PLACE, 'datastore-hostile-')));
  const guarded = join(top, 'guarded');
  const workspace = join(guarded, 'workspace');
  const root = join(workspace, 'data');
  for (const folder of ['workspace/data', 'workspace/.git/hooks', 'outside/below', 'etc', 'data'])
    mkdirSync(join(guarded, folder), { recursive: true });
  for (const file of [
    'outside/secret',
    'outside/below/x',
    'etc/passwd',
    'a',
    'x',
    'workspace/a',
    'workspace/x',
    'workspace/.git/config',
    'data/a',
  ])
    writeFileSync(join(guarded, file), `canary ${file}`);
  symlinkSync('../../outside', join(root, 'link'));
  symlinkSync('../../outside/secret', join(root, 'link-to-file'));
  return {
    workspace,
    root,
    state: join(top, 'state'),
    surroundings: () => listing(guarded, 'workspace/data'),
    files: () =>
      new Map(
        [...listing(root, '.datastore-staging')]
          .filter(([, what]) => what.startsWith('file '))
          .map(([path]) => [path, readFileSync(join(root, path), 'utf8')]),
      ),
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

/** A map, because a file may be named `__proto__`. */
function listing(folder: string, leftOut: string): Map<string, string> {
  const found = new Map<string, string>();
  look('');
  return found;

  function look(below: string): void {
    for (const name of readdirSync(join(folder, below))) {
      const path = below === '' ? name : `${below}/${name}`;
      if (path === leftOut) continue;
      const stats = lstatSync(join(folder, path));
      if (stats.isSymbolicLink()) found.set(path, `link to ${readlinkSync(join(folder, path))}`);
      else if (!stats.isDirectory()) found.set(path, `file ${stats.mode} ${sha256(readFileSync(join(folder, path)))}`);
      else {
        found.set(`${path}/`, `folder ${stats.mode}`);
        look(path);
      }
    }
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
