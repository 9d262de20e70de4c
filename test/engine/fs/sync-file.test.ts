import { constants } from 'node:fs';
import { expect, test } from 'vitest';
import { syncFile } from '../../../src/adapters/fs/fsync.ts';
import { localError } from '../../../src/adapters/fs/refusal.ts';

/* Which handle a file is flushed through, on systems this machine is not. */

const { O_RDONLY, O_RDWR } = constants;
const refused = (code: string, syscall: string): Error => Object.assign(new Error(code), { code, syscall });

interface Story {
  readonly what: string;
  readonly platform: NodeJS.Platform;
  /** What opening for reading and writing says. */
  readonly write?: string;
  /** What the flush says through each handle. */
  readonly flush?: Partial<Record<'reader' | 'writer', string>>;
  /** Whether it is durable, or what it rejects with. */
  readonly comes: boolean | string;
  readonly opened: readonly number[];
}

test.each<Story>([
  { what: 'any other system', platform: 'linux', comes: true, opened: [O_RDONLY] },
  { what: 'no flush there', platform: 'linux', flush: { reader: 'EINVAL' }, comes: false, opened: [O_RDONLY] },
  { what: 'a broken disk', platform: 'linux', flush: { reader: 'EIO' }, comes: 'EIO', opened: [O_RDONLY] },
  { what: 'Windows', platform: 'win32', flush: { reader: 'EPERM' }, comes: true, opened: [O_RDWR] },
  {
    what: 'a read-only file of Windows',
    platform: 'win32',
    write: 'EPERM',
    flush: { reader: 'EPERM' },
    comes: false,
    opened: [O_RDWR, O_RDONLY],
  },
  {
    what: 'one that may not be written there',
    platform: 'win32',
    write: 'EACCES',
    comes: true,
    opened: [O_RDWR, O_RDONLY],
  },
  { what: 'one that another program keeps', platform: 'win32', write: 'EBUSY', comes: 'EBUSY', opened: [O_RDWR] },
  { what: 'no flush on Windows', platform: 'win32', flush: { writer: 'ENOTSUP' }, comes: false, opened: [O_RDWR] },
])('$what', async ({ platform, write, flush, comes, opened }) => {
  const asked: number[] = [];
  let left = 0;
  const open = async (access: number) => {
    asked.push(access);
    if (access === O_RDWR && write !== undefined) throw localError('`a` could not be read', refused(write, 'open'));
    left += 1;
    return {
      async sync() {
        const says = flush?.[access === O_RDWR ? 'writer' : 'reader'];
        if (says !== undefined) throw refused(says, 'fsync');
      },
      async close() {
        left -= 1;
      },
    };
  };
  const came = syncFile(open, platform);
  if (typeof comes === 'boolean') expect(await came).toBe(comes);
  else await expect(came).rejects.toThrow(comes);
  expect([asked, left]).toEqual([opened, 0]);
});
