import { constants, lstatSync, promises, realpathSync } from 'node:fs';
import path from 'node:path';
import { proxyVariables } from '../core/doctor/proxy-variables.ts';
import type { Clock } from '../engine/ports.ts';
import { freeBytes } from './fs/free-bytes.ts';
import { errorCode, localError } from './fs/refusal.ts';
import { walkFolder } from './fs/walk.ts';

/** What a checkup asks of this machine. */
export function openMachine(env: Readonly<Record<string, string | undefined>>, clock: Clock, proc = '/proc') {
  return {
    platform: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
    proxiesFor(url: string): readonly string[] {
      const found = URL.parse(url);
      return found === null ? [] : proxyVariables(env, found.protocol, found.host);
    },
    async watches() {
      const text = await promises
        .readFile(path.join(proc, 'sys/fs/inotify/max_user_watches'), 'utf8')
        .catch(() => null);
      const limit = text === null ? Number.NaN : Number(text);
      return Number.isNaN(limit) ? { limit: null, used: 0 } : { limit, used: await watchesTaken(proc) };
    },
    async count(root: string, skip: (path: string, isFolder: boolean) => boolean, signal?: AbortSignal) {
      let folders = 1;
      const counting = (name: string, isFolder: boolean): boolean => {
        const skipped = skip(name, isFolder);
        if (isFolder && !skipped) folders += 1;
        return skipped;
      };
      try {
        const real = realpathSync.native(root);
        const { dev, ino } = lstatSync(real);
        const { files } = await walkFolder({ path: real, dev, ino }, { skip: counting, clock, signal });
        return { files: files.size, folders };
      } catch (error) {
        throw localError(`\`${root}\` could not be read`, error);
      }
    },
    async isWritable(folder: string): Promise<boolean> {
      return promises.access(await nearest(folder), constants.W_OK).then(
        () => true,
        () => false,
      );
    },
    async bytesBelow(folder: string): Promise<number> {
      try {
        const entries = await promises.readdir(folder, { recursive: true, withFileTypes: true });
        let bytes = 0;
        for (const entry of entries) {
          if (!entry.isFile()) continue;
          // What goes meanwhile takes no room.
          bytes += await promises.stat(path.join(entry.parentPath, entry.name)).then(
            ({ size }) => size,
            () => 0,
          );
        }
        return bytes;
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return 0;
        throw localError(`\`${folder}\` could not be read`, error);
      }
    },
    async freeBytes(folder: string): Promise<number> {
      try {
        return await freeBytes(await nearest(folder));
      } catch (error) {
        throw localError(`The disk of \`${folder}\` could not be asked`, error);
      }
    },
  };
}

/** The folder itself, or the first above it that is there. */
async function nearest(folder: string): Promise<string> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const isThere = await promises.stat(at).then(
      () => true,
      () => false,
    );
    if (isThere || path.dirname(at) === at) return at;
  }
}

/** Of all programs whose handles this person may see. */
async function watchesTaken(proc: string): Promise<number> {
  let taken = 0;
  for (const pid of await names(proc)) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await names(path.join(proc, pid, 'fd'))) {
      const target = await promises.readlink(path.join(proc, pid, 'fd', fd)).catch(() => '');
      if (!target.includes('inotify')) continue;
      const info = await promises.readFile(path.join(proc, pid, 'fdinfo', fd), 'utf8').catch(() => '');
      taken += info.split('\n').filter((line) => line.startsWith('inotify wd')).length;
    }
  }
  return taken;
}

const names = (folder: string): Promise<string[]> => promises.readdir(folder).catch(() => []);
