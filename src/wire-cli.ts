import { statSync } from 'node:fs';
import path from 'node:path';
import { isatty } from 'node:tty';
import { startProgram } from './adapters/child-program.ts';
import { findWorkspace, readConfig } from './adapters/config-files.ts';
import { startCpuProfile } from './adapters/cpu-profile.ts';
import { readPlanFile, writePlanFile } from './adapters/plan-file.ts';
import { stayAwake, systemClock } from './adapters/system.ts';
import { terminalOutput } from './adapters/terminal-output.ts';
import type { Host, OpenRequest, StopSignal } from './cli/host.ts';
import { runCli } from './cli/main.ts';
import { followCoordinator } from './cli/watch-loop.ts';
import { SyncError } from './core/errors.ts';
import { createCoordinator } from './engine/coordinator/coordinator.ts';
import { wireCheckup } from './wire-checkup.ts';
import { type Wired, wireDatastore } from './wire-datastore.ts';
import { wireSetup } from './wire-setup.ts';
import { readUnfinished } from './wire-unfinished.ts';

/** Of package.json, put in by the bundler: the built file stands alone. */
declare const VERSION: string;

const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Signals arrive from the first moment on: one during start-up must not end us half-way. */
const stops: StopSignal[] = [];
const listeners = new Set<(signal: StopSignal) => void>();
for (const name of STOP_SIGNALS) {
  process.on(name, () => {
    stops.push(name);
    for (const listener of listeners) listener(name);
  });
}

let wired: Wired | null = null;

/** A checkup says all it has to say in its report. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

const host: Host = {
  version: VERSION,
  env: process.env,
  pid: process.pid,
  stdout: terminalOutput(process.stdout),
  stderr: terminalOutput(process.stderr),
  isInteractive: isatty(0),
  clock: systemClock,
  onStop(listener) {
    listeners.add(listener);
    for (const signal of stops) listener(signal);
    return () => listeners.delete(listener);
  },
  stayAwake,
  profile: startCpuProfile,
  exit: (code) => process.exit(code),
  async findWorkspace(cwd) {
    const folder = path.resolve(cwd);
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new SyncError('usage', `${folder} is not a folder.`, 'Correct --cwd.');
    }
    return findWorkspace(folder);
  },
  readConfig: (workspace, url) => readConfig({ workspace, env: process.env, ...(url === null ? {} : { url }) }),
  readUnfinished,
  readPlanFile,
  writePlanFile,
  async openDatastore(request) {
    wired = await wireDatastore({ ...request, tool: 'cli' });
    return wired.datastore;
  },
  openCheckup: (request) => wireCheckup({ ...request, log: SILENT }),
  openSetup: (request) => wireSetup({ ...request, tool: 'cli', log: SILENT }),
  spawn: startProgram,
  async watchConfig(workspace, changed, failed) {
    const { watchConfig } = await import('./adapters/config-watcher.ts');
    return watchConfig(workspace, systemClock, changed, failed);
  },
  async watch(datastore, request, events) {
    const parts = wired ?? (await wire(request));
    const { log } = request;
    const coordinator = createCoordinator({ ...parts, datastore, clock: systemClock, log, autoSync: 'on' });
    return followCoordinator(coordinator, events);
  },
};

const wire = (request: OpenRequest): Promise<Wired> => wireDatastore({ ...request, tool: 'cli' });

// What is still open then (idle sockets, a handle of a library) has nothing more to say.
void runCli(process.argv.slice(2), host).then((code) => process.exit(code));
