import { openWatcher } from '../../../src/adapters/fs/watcher.ts';
import { systemClock } from '../../../src/adapters/system.ts';

/* Watches the folder named on the command line, for watcher.test.ts to starve it of watches, and says how that went. */

const memory = {
  trust: () => console.log('trusted'),
  distrust: () => console.log('distrusted'),
  touch: () => {},
};

openWatcher(process.argv[2] ?? '', { settleMs: 50, memory }, systemClock).watch(
  () => false,
  (paths) => console.log(`changed: ${paths.join(' ')}`),
  (reason) => console.log(`failed: ${reason}`),
);
