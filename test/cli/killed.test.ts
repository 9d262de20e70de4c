import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { openRig } from './harness.ts';
import { describeStores } from './stores.ts';
import { headText, type Member, openTeam, type Team } from './team.ts';

/* Clients that are killed at any moment: what is on the remote is always whole, and the next cycle finishes the work. */

const ROUNDS = 12;
/** More files than go without the lease. */
const MANY = 260;
/** DATASTORE_SEED=… plays one run again. */
const SEED = Number(process.env['DATASTORE_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
/** Such a short one frees the lease of the dead soon. */
const TTL = 'lock: { ttlSeconds: 5, waitSeconds: 60 }';

await describeStores((open) => {
  test(`${ROUNDS} times, in push and pull (seed ${SEED}): nothing is torn, nothing is lost, both end equal`, async () => {
    const random = mulberry(SEED);
    const team = openTeam(open(), `killed-${SEED}`);
    const [alice, bob] = [await team.join('alice', TTL), await team.join('bob', TTL)];
    for (let index = 0; index < 40; index += 1) alice.save(`start/${index}`, `start ${index}`);
    const at = performance.now();
    await alice.sync();
    // About what a cycle takes on this machine now, shorter whenever one was not caught: the moments of death are spread over it.
    let cycleMs = performance.now() - at;
    await bob.sync();
    const ends: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      // A pull changes the disk.
      const [victim, other] = round % 2 === 0 ? [alice, bob] : [bob, alice];
      const isPull = round % 3 === 0;
      edit(isPull ? other : victim, round, round % 4 === 1 ? MANY : 12, random);
      if (isPull) await other.sync();
      const running = victim.start(isPull ? 'pull' : 'sync', '--json');
      await sleep(cycleMs * (0.15 + 0.85 * random()));
      running.process.kill('SIGKILL');
      const { code } = await running.ended;
      ends.push(code === null ? 'killed' : `ended ${code}`);
      if (ends.at(-1) !== 'killed') cycleMs *= 0.8;
      // Every reference of every commit holds at this very instant.
      await team.remote();
      edit(other, round + 100, 3, random);
      await other.sync();
    }
    console.log(`seed ${SEED}: ${ends.join(', ')}`);
    expect(ends.filter((end) => end === 'killed').length).toBeGreaterThan(ROUNDS / 4);
    await team.settle();
    const truth = await team.expectEqual();
    expect(truth.files.size).toBeGreaterThan(100);
    expect(await team.whereabouts()).toMatchObject({ LOST: 0 });
  }, 240_000);
});

/** Each member keeps to files of its own: what is tested here is death, not conflict. */
function edit(member: Member, round: number, files: number, random: () => number): void {
  for (let index = 0; index < files; index += 1)
    member.save(`${member.name}/${round}/${index}`, `${round} ${index} ${random()}`);
  const own = Object.keys(member.files()).filter((file) => file.startsWith(`${member.name}/`));
  const pick = (): string => own[Math.trunc(random() * own.length)] ?? '';
  member.save(pick(), `changed in ${round} ${random()}`);
  const gone = pick();
  member.remove(gone);
  const moved = own.find((file) => file !== gone);
  if (moved !== undefined) member.rename(moved, `${member.name}/moved-${round}`);
}

/** Numbers in [0, 1), the same for the same seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('at a moment of our choice, on the dev server', async () => {
  const rig = await openRig({ knownStore: true });
  afterAll(() => rig.close());

  async function begun(prefix: string, ttlSeconds: number): Promise<{ team: Team; alice: Member; bob: Member }> {
    const team = openTeam(rig, prefix);
    const more = `lock: { ttlSeconds: ${ttlSeconds} }`;
    const [alice, bob] = [await team.join('alice', more), await team.join('bob', more)];
    alice.save('start', 's');
    await alice.sync();
    await bob.sync();
    for (let index = 0; index < MANY; index += 1) alice.save(`a/${index}`, `${prefix} ${index}`);
    onTestFinished(() => rig.server.faults.clear());
    return { team, alice, bob };
  }

  const seen = (part: string, status = 200) =>
    rig.server.requests.log.filter(
      ({ method, key, status: found }) => method === 'PUT' && key.includes(part) && found === status,
    ).length;

  test.each<[what: string, key: string, when: 'before' | 'after', generation: number]>([
    ['before its first object is stored', '/objects/', 'before', 1],
    ['after its first object is stored', '/objects/', 'after', 1],
    ['after its index is stored', '/index/', 'after', 1],
    ['after its commit is stored', '/commits/', 'after', 1],
    ['before its swap is decided', 'head.json', 'before', 1],
    ['after its swap is won, and before it learns of it', 'head.json', 'after', 2],
  ])('%s', async (_what, key, when, generation) => {
    const prefix = `at-${key.replaceAll(/\W/g, '')}-${when}`;
    const { team, alice, bob } = await begun(prefix, 6);
    const rule = {
      match: {
        method: 'PUT',
        key: `${prefix}${key.startsWith('/') ? key : `/${key}`}`,
        after: key === 'head.json' ? 1 : 0,
      },
      fault: { kind: 'hang', when },
    } as const;
    rig.server.faults.add(rule);
    const before = rig.server.requests.log.length;
    const struck = () =>
      rig.server.requests.log
        .slice(before)
        .filter((record) => record.status === 0 && record.key.includes(rule.match.key)).length;
    const pushing = alice.start('sync', '--json');
    await until(async () => struck() > 0, 'the fault');
    pushing.process.kill('SIGKILL');
    await pushing.ended;
    rig.server.faults.clear();
    const truth = await team.remote();
    expect(truth.generation).toBe(generation);
    bob.save('b', 'meanwhile');
    await bob.sync();
    const report = await alice.sync();
    // What was committed before the death is known to be: it is neither sent again nor seen as a conflict.
    expect(report).toMatchObject({ ok: true, uploaded: generation === 2 ? 0 : MANY });
    await team.settle();
    await team.expectEqual();
    expect(await team.whereabouts()).toMatchObject({ 'at its path': MANY + 2, LOST: 0 });
  });

  test('a swap that arrives after another has taken over is refused', async () => {
    const { team, alice, bob } = await begun('late', 4);
    const [head, commit] = ['late/head.json', 'late/commits/'];
    rig.server.faults.add({
      match: { method: 'PUT', key: commit, times: 1 },
      fault: { kind: 'latency', ms: 400, when: 'answer' },
    });
    const commits = seen(commit);
    const pushing = alice.start('push', '--json');
    await until(async () => (await team.store.list('commits/')).objects.length === 2, 'the commit object');
    // The next write of head is that of the commit, or a renewal before it: on its way for longer than the ttl.
    rig.server.faults.add({ match: { method: 'PUT', key: head, times: 1 }, fault: { kind: 'latency', ms: 10_000 } });
    const arrived = rig.server.requests.byMethod['PUT'] ?? 0;
    await until(async () => (rig.server.requests.byMethod['PUT'] ?? 0) > arrived, 'the swap');
    pushing.process.kill('SIGSTOP');
    bob.save('b', 'by bob');
    expect(await bob.sync()).toMatchObject({ ok: true, generation: 2 });
    const taken = await headText(team.store);
    const refused = seen(head, 412);
    await until(async () => seen(head, 412) > refused, 'the late swap');
    pushing.process.kill('SIGCONT');
    expect((await pushing.ended).code).toBe(4);
    expect(seen(commit)).toBe(commits + 2);
    expect(await headText(team.store)).toBe(taken);
    await team.settle();
    await team.expectEqual();
  });
});

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; ) {
    if (await holds()) return;
    await sleep(5);
  }
  throw new Error(`waited 30 s in vain: ${what}`);
}
