import { openLockFile } from '../../../src/adapters/fs/lock-file.ts';

/* One contender of lock-file.test.ts, a process of its own: for each message one create, its answer sent back. */

const lock = openLockFile(process.argv[2] ?? '');
process.on('message', () => {
  void lock.create(String(process.pid)).then((won) => process.send?.(won));
});
process.send?.('ready');
