import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openSandbox } from './sandbox.ts';

/** What a process that dies in between leaves beside its runs, and whether it goes when it is two hours old. */
const LEFT: Readonly<Record<string, 'goes' | 'stays'>> = {
  'lock.new-4711-0': 'goes',
  'clock.new-4711-0': 'goes',
  'root.json.new-4711-1': 'goes',
  'lock.aside-Ab12Cd/lock': 'goes',
  lock: 'stays',
  'root.json': 'stays',
  '5d0c5a0e-7d0b-4a52-8f0e-000000000000/aside/0/new.txt': 'stays',
  'what-is-this.txt': 'stays',
};

test.each(Object.entries(LEFT))(
  '%s %s from the staging folder when it is old, and stays while it is young',
  async (name, fate) => {
    const box = openSandbox();
    const staging = join(box.root, '.datastore-staging');
    const [top = ''] = name.split('/');
    mkdirSync(dirname(join(staging, name)), { recursive: true });
    writeFileSync(join(staging, name), 'x');
    await box.files.sweep();
    expect(readdirSync(staging)).toEqual([top]);
    const old = Date.now() / 1000 - 2 * 3600;
    utimesSync(join(staging, top), old, old);
    await box.files.sweep();
    expect(readdirSync(staging)).toEqual(fate === 'stays' ? [top] : []);
  },
);
