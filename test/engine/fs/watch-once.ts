import { openWatcher } from '../../../src/adapters/fs/watcher.ts';
import { systemClock } from '../../../src/adapters/system.ts';

/* Watches the folder named on the command line, for watcher.test.ts to starve it of watches, and says how that went. */

openWatcher(process.argv[2] ?? '', { settleMs: 50 }, systemClock).watch(
  () => false,
  (paths) => console.log(`changed: ${paths.join(' ')}`),
  (reason) => console.log(`failed: ${reason}`),
);
