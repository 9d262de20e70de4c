import type { HistoryPolicy } from '../../src/core/garbage/keep.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import type { Capabilities } from '../../src/engine/remote/probe.ts';
import { SECRET } from './bodies.ts';
import { type Program, startProgram } from './client.ts';
import { boot } from './disk/kernel.ts';
import { createDisk, type Disk } from './disk/node.ts';
import { cutPower } from './disk/power.ts';
import { actOn, ROOT } from './hands.ts';
import { openLine } from './line.ts';
import { createLoop, type Loop } from './loop.ts';
import { type Machine, type Process, startProcess, wallTime } from './machine.ts';
import type { Violation } from './oracle/invariants.ts';
import { CANARY, createOracle, type Oracle } from './oracle/oracle.ts';
import { createRandom } from './random.ts';
import { openRemote, type Remote } from './remote.ts';
import type { Act, ClientTraits, RemoteTraits, Scenario } from './scenario.ts';
import { tellWatchers } from './tell-watchers.ts';
import { createTrace, type Trace } from './trace.ts';
import { type Pace, watchRequests } from './watch-requests.ts';

/** Everything there is in one run. */
export interface World {
  readonly scenario: Scenario;
  readonly loop: Loop;
  readonly remote: Remote;
  readonly machines: readonly Machine[];
  readonly oracle: Oracle;
  readonly violations: Violation[];
  readonly trace: Trace;
  /** How often each fault has struck. */
  readonly faults: Map<string, number>;
  count(fault: string): void;
  readonly pace: Pace;
  /** The program of this kind that runs on a machine, started where none does. */
  program(client: number, tool: 'vscode' | 'cli'): Program;
  running(client: number, tool: 'vscode' | 'cli'): Program | null;
  /** Whether that could be done. */
  readonly act: (machine: Machine, act: Act) => boolean;
  readonly power: (machine: Machine) => void;
  /** From now on nothing is struck. */
  calm(): void;
}

export function createWorld(scenario: Scenario, keepsTrace: boolean): World {
  const loop = createLoop();
  const violations: Violation[] = [];
  const trace = createTrace(loop, keepsTrace);
  const faults = new Map<string, number>();
  const count = (fault: string) => void faults.set(fault, (faults.get(fault) ?? 0) + 1);
  const remote = openRemote(loop, scenario.remote);
  const mayLosePower = scenario.steps.some(
    ({ deed, strikes }) => deed.act === 'power cut' || strikes.some(({ harm }) => harm.kind === 'power'),
  );
  const machines = scenario.clients.map((traits, client) => createMachine(loop, traits, client, mayLosePower));
  const blame = (invariant: Violation['invariant'], detail: string) => {
    violations.push({ invariant, detail });
    trace.note(`VIOLATION ${invariant} ${detail}`);
  };
  const oracle = createOracle({ remote, machines, blame });
  for (const machine of machines) tellWatchers(machine);
  const processes = new Map<number, Process>();
  boot(processes);
  const programs = new Map<string, Program>();
  const saved = new Map<string, Uint8Array[]>();
  const pace = { more: 0, fewer: 0 };
  const invent = createInventor(scenario.seed, oracle);
  let nextId = 1;

  const world: World = {
    scenario,
    loop,
    remote,
    machines,
    oracle,
    violations,
    trace,
    faults,
    count,
    pace,
    running(client, tool) {
      const program = programs.get(`${client} ${tool}`);
      return program && !program.process.isDead ? program : null;
    },
    program(client, tool) {
      const running = world.running(client, tool);
      if (running) return running;
      oracle.looksAround(client);
      const traits = scenario.clients[client] as ClientTraits;
      const machine = machines[client] as Machine;
      const id = nextId;
      nextId += 1;
      const process = startProcess({
        loop,
        machine,
        id,
        tool,
        random: createRandom(`${scenario.seed} process ${id}`),
        diskPauses: traits.diskPauses,
        struck: (name) => {
          count(name);
          trace.note(`client ${client + 1} ${tool}: ${name}`);
        },
        act: world.act,
        cutPower: world.power,
      });
      processes.set(id, process);
      const line = openLine({
        loop,
        remote,
        process,
        latencyMs: traits.latencyMs,
        cutPower: () => world.power(machine),
        act: ({ act }) => world.act(machine, act),
        sent: watchRequests({
          who: `client ${client + 1} ${tool}`,
          pace,
          limit: () => program.budget.requests.limit,
          note: trace.note,
          blame: (detail) => blame(10, detail),
        }),
      });
      const program = startProgram({
        loop,
        process,
        line: watched(line, process),
        ttlMs: traits.ttlMs,
        waitMs: traits.waitMs,
        packs: traits.packs,
        chunks: traits.chunks,
        compression: traits.compression,
        history: historyOf(scenario, traits),
        excluded: traits.excluded,
        probed: traits.hasProbed && machine.processes.size === 1 ? whatProbesFind(scenario.remote) : null,
        log: (level, message) => {
          checkSecrets('the log', message);
          trace.note(`client ${client + 1} ${tool}: log ${level}: ${message}`);
        },
      });
      programs.set(`${client} ${tool}`, program);
      return program;
    },
    act(machine, act) {
      if (machine.rootIsAway) return false;
      const done = actOn(
        {
          disk: machine.disk,
          invent: (size, kept) => {
            const bytes = invent(machine.client, size, kept);
            saved.set(act.path, [...(saved.get(act.path) ?? []), bytes].slice(-4));
            return bytes;
          },
          history: (path) => saved.get(path) ?? [],
          later: (ms, then) => void loop.after(ms, machine, then),
          laterUnlessCut(ms, then) {
            const { cuts } = machine;
            void loop.after(ms, machine, () => {
              if (machine.cuts === cuts) then();
            });
          },
          unseen: (unseenAct) => oracle.unseen(machine.client, unseenAct),
          isRootAway: () => machine.rootIsAway,
        },
        act,
      );
      trace.note(`person ${machine.client + 1}: ${act.act} ${act.path}${done === null ? ' (not possible)' : ''}`);
      return done !== null;
    },
    power(machine) {
      count('power cut');
      trace.note(`client ${machine.client + 1}: the power is cut`);
      machine.cuts += 1;
      for (const process of machine.processes) process.isDead = true;
      cutPower(machine.disk, createRandom(`${scenario.seed} power ${loop.time}`));
    },
    calm() {
      for (const process of processes.values()) process.strikes = [];
      remote.busyUntil = 0;
      for (const machine of machines) {
        machine.asleepUntil = 0;
        machine.offlineUntil = 0;
        machine.expiredUntil = 0;
        for (const process of machine.processes) process.stillUntil = 0;
      }
    },
  };
  return world;

  /** The oracle hears of every change that is sent, when it is sent: it may arrive much later. */
  function watched(line: ObjectStore, by: Process): ObjectStore {
    return {
      ...line,
      async get(key, options) {
        const found = await line.get(key, options);
        if (key === 'head.json' && found.kind === 'found') oracle.refusals.learns(by);
        return found;
      },
      put(key, bytes, options) {
        oracle.sends(by, key, bytes);
        return line.put(key, bytes, options);
      },
      copy(from, to, options) {
        oracle.sends(by, to, null);
        return line.copy(from, to, options);
      },
      delete(key, options) {
        oracle.sends(by, key, null);
        return line.delete(key, options);
      },
    };
  }

  function checkSecrets(where: string, text: string): void {
    if (text.includes(CANARY) || text.includes(SECRET)) blame(13, `${where} shows a secret`);
  }
}

/** One who keeps more finds gaps that others have made. */
function historyOf({ remote }: Scenario, { keepsMore = false }: ClientTraits): HistoryPolicy {
  const { history = ALL } = remote;
  return keepsMore ? { ...history, commits: 3 * history.commits } : history;
}

const ALL: HistoryPolicy = { commits: Number.POSITIVE_INFINITY, ms: 0, collects: false };

const whatProbesFind = ({ wantsBareEtags }: RemoteTraits): Capabilities => ({
  etagForm: wantsBareEtags ? 'bare' : 'quoted',
  checksChecksums: true,
});

function createMachine(loop: Loop, traits: ClientTraits, client: number, remembers: boolean): Machine {
  const state = {
    client,
    isDead: false as const,
    cuts: 0,
    aheadMs: traits.clockAheadMs,
    lagMs: 0,
    asleepUntil: 0,
    offlineUntil: 0,
    expiredUntil: 0,
    rootIsAway: false,
    processes: new Set<Process>(),
    isExcluded: (path: string) => traits.excluded.some((folder) => path.startsWith(`${folder}/`)),
  };
  const disk: Disk<Process> = createDisk(traits.disk, () => wallTime(loop, state), false);
  const machine = furnished(Object.assign(state, { disk }));
  disk.remembers = remembers;
  return machine;
}

function furnished(machine: Machine): Machine {
  const { disk } = machine;
  let folder = disk.top;
  const make = (name: string) => {
    const node = disk.newFolder(0o755);
    disk.change([{ folder, key: disk.keyOf(name), becomes: { name, node } }], null);
    return node;
  };
  make('outside');
  make('state');
  folder = make('workspace');
  make(ROOT.slice('/workspace/'.length));
  return machine;
}

/** Contents that differ from all others, each with the canary in it where there is room. `kept` stands before and after what is new. */
function createInventor(seed: number, oracle: Oracle) {
  let count = 0;
  return (client: number, size: number, kept: Uint8Array = new Uint8Array()): Uint8Array => {
    count += 1;
    const text = `${count} ${client + 1} ${CANARY} ${seed} `;
    const fresh = Buffer.alloc(Math.max(size, String(count).length + 1), `${text}${'.'.repeat(40)}`);
    const place = (37 * count) % (kept.length + 1);
    const bytes = Buffer.concat([kept.subarray(0, place), fresh, kept.subarray(place)]);
    oracle.invented(bytes);
    return bytes;
  };
}
