import { SyncError } from '../../src/core/errors.ts';
import type { GarbageReport } from '../../src/core/garbage/garbage-report.ts';
import type { Progress, SyncReport } from '../../src/core/status/sync-report.ts';
import type { UndoReport } from '../../src/core/status/undo-report.ts';
import type { SyncOptions } from '../../src/engine/datastore.ts';
import { type Approval, approvalOf, chosen, joins } from './answers.ts';
import { SECRET } from './bodies.ts';
import type { Program } from './client.ts';
import { CANARY, holderOf } from './oracle/oracle.ts';
import { type Answer, COMMANDS, type Command, type Deed, type Step, TROUBLES, type Trouble } from './scenario.ts';
import { makeTrouble } from './troubles.ts';
import type { World } from './world.ts';

/** What programs are doing, and since when. */
export interface Operations {
  /** Begins the deed of a step, or does it; false where that cannot be. */
  begin(step: Step): boolean;
  /** Resolves to the report, or to the error's kind. Never rejects. */
  sync(client: number, tool: 'vscode' | 'cli', options: SyncOptions): Promise<SyncReport | SyncError | null>;
  collect(client: number, tool: 'vscode' | 'cli'): Promise<GarbageReport | SyncError | null>;
  decide(client: number, answers: readonly Answer[]): Promise<SyncReport | SyncError | null>;
  /** Of programs that live. */
  readonly underWay: readonly Operation[];
}

export interface Operation {
  readonly what: string;
  readonly program: Program;
  readonly since: number;
}

export function createOperations(world: World): Operations {
  const underWay = new Set<Operation>();
  const approvals = new Map<number, Approval>();
  const { loop, oracle, trace } = world;

  async function run<T>(what: string, program: Program, work: () => Promise<T>): Promise<T | SyncError | null> {
    const operation = { what, program, since: loop.time };
    const client = program.process.machine.client;
    const who = `client ${client + 1} ${program.process.tool}`;
    underWay.add(operation);
    trace.note(`${who}: begins ${what}`);
    try {
      const answer = await work();
      if (program.process.isDead) return null;
      trace.note(`${who}: ends ${what}`);
      return answer;
    } catch (error) {
      if (program.process.isDead) return null;
      return failed(who, what, error);
    } finally {
      underWay.delete(operation);
    }
  }

  function failed(who: string, what: string, error: unknown): SyncError {
    if (!(error instanceof SyncError)) {
      world.violations.push({ invariant: 11, detail: `${who}: ${what} throws ${stackOf(error)}` });
      return new SyncError('failed', String(error), '');
    }
    trace.note(`${who}: fails to ${what}: ${error.kind}: ${error.message}`);
    const shown = `${error.message} ${error.remedy} ${JSON.stringify(error.details ?? null)}`;
    if (shown.includes(CANARY) || shown.includes(SECRET))
      world.violations.push({ invariant: 13, detail: `the error of ${what} shows a secret` });
    // What calls itself a defect is one.
    if (error.kind === 'failed')
      world.violations.push({ invariant: 11, detail: `${who}: ${what} breaks off: ${stackOf(error.cause ?? error)}` });
    return error;
  }

  async function sync(client: number, tool: 'vscode' | 'cli', options: SyncOptions) {
    const program = world.program(client, tool);
    const before = oracle.chain.commitsBy(holderOf(client));
    const approval = approvals.get(client);
    approvals.delete(client);
    if (approval?.acceptRemote !== undefined) joins(world, client);
    const { process } = program;
    if (options.onConflict === 'theirs') process.yields += 1;
    if (options.busyPaths) process.busy = options.busyPaths;
    const refusal = oracle.refusals.watch(process);
    const onProgress = ({ phase }: Progress) => {
      if (phase === 'scanning') refusal.looks();
    };
    const answer = await run('sync', program, () => program.datastore.sync({ ...options, ...approval, onProgress }));
    if (options.onConflict === 'theirs') process.yields -= 1;
    if (options.busyPaths) process.busy = new Set();
    if (answer instanceof SyncError && answer.kind === 'veto') {
      refusal.refused();
      approvals.set(client, approvalOf(world, client, answer));
    }
    if (answer === null || answer instanceof SyncError) return answer;
    const { uploaded, deletedRemote, downloaded, deletedLocal, conflicts, problems, generation } = answer;
    trace.note(
      `client ${client + 1} ${tool}: up ${uploaded} down ${downloaded} deleted ${deletedLocal}/${deletedRemote} conflicts ${conflicts.map(({ path }) => path).join(' ')} problems ${problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ')} generation ${generation}`,
    );
    if (uploaded + deletedRemote > 0 && oracle.chain.commitsBy(holderOf(client)) === before)
      world.violations.push({ invariant: 1, detail: `client ${client + 1} reports a commit that is not in the chain` });
    return answer;
  }

  async function decide(client: number, answers: readonly Answer[]) {
    const program = world.program(client, 'vscode');
    const shown = await run('ask for conflicts', program, () => program.datastore.conflicts());
    if (shown === null || shown instanceof SyncError) return shown;
    const choices = shown.map((conflict, index) =>
      chosen(world, client, conflict, answers[index % answers.length] ?? 'both'),
    );
    return sync(client, 'vscode', { choices });
  }

  async function hold(client: number, { ms, syncs }: Command & { act: 'hold the lease' }): Promise<void> {
    const program = world.program(client, 'vscode');
    const held = await run('take the lease', program, () => program.datastore.acquire({ purpose: 'simulated' }));
    if (held === null || held instanceof SyncError) return;
    if (syncs) await sync(client, 'vscode', {});
    await new Promise<void>((resolve) => loop.after(ms, program.process, resolve));
    if (syncs) await sync(client, 'vscode', {});
    await run('give the lease back', program, () => held.release());
  }

  async function undo(client: number, { by, which }: Command & { act: 'undo' }): Promise<void> {
    const program = world.program(client, by);
    const points = await run('list what can be undone', program, () => program.datastore.undoPoints());
    const point = Array.isArray(points) ? points[which % points.length] : undefined;
    if (point === undefined) return;
    const { id } = point;
    const shown = await run('look at an undo', program, () => program.datastore.previewUndo({ id }));
    if (shown === null || shown instanceof SyncError) return;
    const person = oracle.people[client];
    const shownAway = awayIn(shown);
    for (const path of shownAway) person?.insists(path, null);
    program.process.undoes += 1;
    const report = await run('undo', program, () => program.datastore.undo({ id }));
    program.process.undoes -= 1;
    if (report === null || report instanceof SyncError) return;
    // What could not be looked at before is taken away all the same: the whole run was to be undone.
    for (const path of awayIn(report)) if (!shownAway.includes(path)) person?.insists(path, null);
    trace.note(
      `client ${client + 1} ${by}: undone ${report.files.map(({ path, what }) => `${path} ${what}`).join(', ')}; left ${report.left.map(({ path, reason }) => `${path}: ${reason}`).join('; ')}`,
    );
  }

  async function verify(client: number, repairs: boolean): Promise<void> {
    const program = world.program(client, 'vscode');
    const report = await run('verify', program, () => program.datastore.verify({ repair: repairs }));
    if (report === null || report instanceof SyncError) return;
    trace.note(`client ${client + 1}: drift ${report.drift.length}, repaired ${report.repaired.length}`);
  }

  async function collect(client: number, tool: 'vscode' | 'cli') {
    const program = world.program(client, tool);
    const report = await run('collect garbage', program, () => program.datastore.gc());
    if (report === null || report instanceof SyncError) return report;
    const { kept, oldest, commits, shards, objects } = report;
    if (commits + shards + objects > 0) world.count('garbage collected');
    trace.note(
      `client ${client + 1} ${tool}: keeps ${kept} commits from ${oldest}, collects ${commits} commits, ${shards} shards, ${objects} objects`,
    );
    return report;
  }

  async function force(client: number): Promise<void> {
    const program = world.program(client, 'vscode');
    const view = await run('look at the lease', program, () => program.datastore.lease());
    if (view === null || view instanceof SyncError || view.lease === null) return;
    const { lease } = view;
    await run('force the release', program, () => program.datastore.forceRelease(lease));
  }

  async function close(client: number): Promise<void> {
    const program = world.running(client, 'vscode');
    if (program === null) return;
    await run('close the window', program, () => program.datastore.close());
    program.process.isDead = true;
    trace.note(`client ${client + 1}: the window is closed`);
  }

  function busy(program: Program | null): boolean {
    if (program === null) return false;
    const most = isHasty(program.process.machine.client) ? 2 : 1;
    return [...underWay].filter((operation) => operation.program === program).length >= most;
  }

  const isHasty = (client: number): boolean => world.scenario.clients[client]?.isHasty === true;

  /** Of this client, or of all where the register is touched. */
  function isIdle(client: number, deed: Deed): boolean {
    return ![...underWay].some(
      ({ program: { process } }) =>
        !process.isDead && (deed.act.startsWith('head') || process.machine.client === client),
    );
  }

  function arm({ deed, client, strikes }: Step): void {
    if (strikes.length === 0) return;
    const { process } = world.program(client, 'by' in deed ? deed.by : 'vscode');
    process.strikes = strikes.map((strike) => ({ strike, left: strike.nth }));
  }

  return {
    sync,
    collect,
    decide,
    get underWay() {
      return [...underWay].filter(({ program }) => !program.process.isDead);
    },
    begin(step) {
      const { deed, client } = step;
      const tool = 'by' in deed ? deed.by : 'vscode';
      if (isCommand(deed) && busy(world.running(client, tool))) return false;
      arm(step);
      if (isCommand(deed)) return obey(client, deed);
      if (isTrouble(deed)) return makeTrouble(world, client, deed, () => isIdle(client, deed));
      return world.act(machineOf(client), deed);
    },
  };

  function obey(client: number, command: Command): boolean {
    switch (command.act) {
      case 'sync': {
        const { direction, onConflict, busy: open } = command;
        void sync(client, command.by, {
          ...(direction ? { direction } : {}),
          ...(onConflict ? { onConflict } : {}),
          // A second cycle of the same program would know nothing of it.
          ...(open && !isHasty(client) ? { busyPaths: new Set(open) } : {}),
          // As what a window's watcher asks for.
          fromLastSeen: command.by === 'vscode',
        });
        return true;
      }
      case 'decide conflicts':
        void decide(client, command.answers);
        return true;
      case 'preview': {
        const program = world.program(client, 'vscode');
        void run('preview', program, () => program.datastore.preview());
        return true;
      }
      case 'undo':
        void undo(client, command);
        return true;
      case 'verify':
        void verify(client, command.repairs);
        return true;
      case 'collect garbage':
        void collect(client, command.by);
        return true;
      case 'hold the lease':
        void hold(client, command);
        return true;
      case 'force release':
        void force(client);
        return true;
      case 'close window':
        if (world.running(client, 'vscode') === null) return false;
        void close(client);
        return true;
    }
  }

  function machineOf(client: number) {
    const machine = world.machines[client];
    if (machine === undefined) throw new RangeError(`there is no client ${client + 1}`);
    return machine;
  }
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

const awayIn = ({ files }: UndoReport): readonly string[] =>
  files.filter(({ what }) => what === 'taken-away').map(({ path }) => path);

const isCommand = (deed: Deed): deed is Command => COMMANDS.some((act) => act === deed.act);
const isTrouble = (deed: Deed): deed is Trouble => TROUBLES.some((act) => act === deed.act);
