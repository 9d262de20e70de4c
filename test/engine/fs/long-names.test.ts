import { expect, test } from 'vitest';
import { openSandbox } from './sandbox.ts';

/* Names that the format takes and this file system does not: 255 bytes are the most for one name nearly everywhere. */

const LONG = 'n'.repeat(300);

test.each([LONG, `sub/${LONG}`, `${LONG}/below`])(
  'a name over 255 bytes is absent, and refused alone: %#',
  async (path) => {
    const box = openSandbox();
    expect(await box.files.stat(path)).toBe(null);
    await expect(box.files.open(path)).rejects.toMatchObject({ kind: 'local' });
    expect(await box.files.install(await box.stage('x'), path, null)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('ENAMETOOLONG'),
    });
    expect(await box.files.install(await box.stage('y'), 'good', null)).toMatchObject({ kind: 'done' });
  },
);
