import { SyncError } from '../../src/core/errors.ts';
import type { SyncReport } from '../../src/core/status/sync-report.ts';
import type { Operations } from './deeds.ts';
import { hashOf } from './disk/node.ts';
import { filesOf } from './hands.ts';
import { isInTheWay } from './in-the-way.ts';
import type { Invariant } from './oracle/invariants.ts';
import { createRandom } from './random.ts';
import type { World } from './world.ts';

/** Rounds in which everybody syncs once, until nothing moves any more. In each fourth one a person makes room for one file. */
const ROUNDS = 40;
/** Longer than a ttl and a wait. */
const PAUSE_MS = 45_000;

/** No more faults: everybody syncs, and decides what is in conflict, until all is quiet. Then all must be equal and nothing lost. */
export async function settle(world: World, operations: Operations): Promise<void> {
  const { scenario, loop, oracle, machines, violations, trace } = world;
  const random = createRandom(`${scenario.seed} settling`);
  const blame = (invariant: Invariant, detail: string) => void violations.push({ invariant, detail });
  const pause = (ms: number) => new Promise<void>((resolve) => loop.after(ms, null, resolve));

  let last = '';
  for (let round = 1; ; round += 1) {
    trace.note(`settling, round ${round}`);
    let isQuiet = true;
    for (const client of machines.keys()) {
      const answer = await operations.sync(client, 'vscode', { allowMassDelete: true });
      const unrest = unrestOf(answer);
      if (violations.length > 0) return;
      if (unrest === null) continue;
      isQuiet = false;
      last = `client ${client + 1}: ${unrest}`;
      if (answer instanceof SyncError) await pause(PAUSE_MS);
      else if (answer && answer.conflicts.length > 0 && round % 4 !== 0)
        await operations.decide(client, [
          random.pick(['mine', 'theirs', 'both']),
          random.pick(['mine', 'theirs', 'both']),
        ]);
      else if (answer && round > 3) makeRoom(client, answer);
    }
    if (isQuiet) break;
    if (round === ROUNDS) return blame(6, `after ${ROUNDS} rounds without faults it is not quiet: ${last}`);
  }
  for (const hours of scenario.endsNextDay ? [25, 14 * 24] : []) {
    await pause(hours * 3_600_000);
    for (let round = 0; round < 4; round += 1)
      for (const client of machines.keys()) await operations.sync(client, 'vscode', {});
  }
  checkEqual();
  await checkStill();
  await checkCollected();
  checkPlaces();

  /** A person gives a file that cannot travel another name, brings folders back, and takes links and empty folders out of the way. */
  function makeRoom(client: number, { problems, conflicts }: SyncReport): void {
    const machine = machines[client];
    for (const { path, reason } of [...conflicts, ...problems.filter(({ reason }) => isInTheWay(reason))]) {
      if (machine === undefined) return;
      const files = filesOf(machine.disk);
      if (files.has(path)) {
        world.act(machine, { act: 'rename', path, to: `room-${client}-${random.hex(6)}` });
        return;
      }
      // A folder that is spelled otherwise here, where case does not count.
      const spelled = /workspace\/data\/([^`]+)` leads elsewhere/.exec(reason)?.[1];
      if (spelled !== undefined) {
        world.act(machine, { act: 'move folder', path: spelled, to: `room-${random.hex(6)}` });
        return;
      }
      if (reason.startsWith('a folder has its name')) {
        world.act(machine, { act: 'move folder', path, to: `room-${random.hex(6)}` });
        return;
      }
      if (world.act(machine, { act: 'swap the link back', path })) continue;
      world.act(machine, { act: 'delete', path, takesLinks: true });
      if (![...files.keys()].some((file) => file.startsWith(`${path}/`)))
        world.act(machine, { act: 'delete folder', path });
    }
  }

  function checkEqual(): void {
    const { tree } = oracle.chain;
    for (const [client, { disk, isExcluded }] of machines.entries()) {
      const files = filesOf(disk);
      const who = `client ${client + 1}`;
      for (const [path, entry] of tree) {
        if (isExcluded(path)) continue;
        const node = files.get(path);
        if (node === undefined) blame(6, `${who} has no ${path}`);
        else if (hashOf(node) !== entry.sha256) blame(6, `${who} has another ${path}`);
      }
      for (const path of files.keys())
        if (!tree.has(path) && !isExcluded(path)) blame(6, `${who} has ${path}, which nobody else has`);
      for (const [path, sha256] of oracle.people[client]?.current ?? [])
        if (!isExcluded(path) && !oracle.chain.wasKept(path, sha256))
          blame(3, `${who}: what was saved last at ${path} was never committed there`);
    }
  }

  /** What is kept is whole, and where age keeps nothing the rest is gone. */
  async function checkCollected(): Promise<void> {
    const { history } = scenario.remote;
    if (history === undefined || violations.length > 0) return;
    for (let round = 1; ; round += 1) {
      const clients = [...machines.keys()].filter((client) => scenario.clients[client]?.keepsMore !== true);
      // Its holder may live for all that is known when a collection looks: what it has sent stays until the next one.
      const wasHeld = (oracle.chain.head?.lease ?? null) !== null;
      const answer = await operations.collect(random.pick(clients), 'vscode');
      if (!(answer instanceof SyncError)) {
        if (wasHeld && round < ROUNDS) continue;
        break;
      }
      // A slow line may cost a lease.
      if (round === ROUNDS) return blame(11, `nothing can be collected: ${answer.kind}: ${answer.message}`);
      await pause(PAUSE_MS);
    }
    const { missing, garbage } = oracle.chain.audit(world.remote.bucket.keys(), world.remote.now());
    for (const key of missing) blame(4, `${key} is named by a commit that is kept, and is missing`);
    if (history.ms === 0) for (const key of garbage) blame(10, `${key} is garbage, and stays`);
  }

  /** One more cycle each: nothing is left to write. */
  async function checkStill(): Promise<void> {
    for (const client of machines.keys()) {
      const before = world.remote.bucket.get('head.json')?.etag;
      const answer = await operations.sync(client, 'vscode', {});
      const unrest = unrestOf(answer);
      if (unrest !== null) blame(6, `client ${client + 1} is not quiet at the end: ${unrest}`);
      if (world.remote.bucket.get('head.json')?.etag !== before)
        blame(6, `client ${client + 1} writes when all is quiet`);
    }
  }

  /** Who has ended has given back what it took: else another would wait for it for ever. */
  function checkPlaces(): void {
    for (const client of machines.keys()) {
      const { requests, bytes } = world.program(client, 'vscode').budget;
      if (requests.taken > 0)
        blame(10, `client ${client + 1} has ${requests.taken} requests on their way when all is quiet`);
      if (bytes.taken > 0) blame(10, `client ${client + 1} has ${bytes.taken} bytes in flight when all is quiet`);
    }
  }
}

function unrestOf(answer: SyncReport | SyncError | null): string | null {
  if (answer === null) return 'its program died';
  if (answer instanceof SyncError) return `${answer.kind}: ${answer.message}`;
  const { uploaded, downloaded, deletedLocal, deletedRemote, conflicts, problems } = answer;
  if (uploaded + downloaded + deletedLocal + deletedRemote > 0) return 'files still move';
  if (conflicts.length > 0) return `conflicts: ${conflicts.map(({ path }) => path).join(', ')}`;
  return problems.length > 0
    ? `problems: ${problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ')}`
    : null;
}
