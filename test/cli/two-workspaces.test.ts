import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Running } from './program.ts';
import { describeStores } from './stores.ts';
import { headText, type Member, openTeam, type Team } from './team.ts';

/* The main job, by the built program: two workspaces of one datastore, and what people do to them. */

const LARGE_FILES = 40;

await describeStores((open) => {
  let team: Team;
  let [alice, bob] = [] as unknown as [Member, Member];
  // The usual ttl: one of a second may well run out on a machine this busy.
  const form = async (prefix: string, more = ''): Promise<void> => {
    team = openTeam(open(), prefix);
    [alice, bob] = [await team.join('alice', more), await team.join('bob', more)];
  };

  /** A push of alice that sleeps: with a file still missing when it had been stopped, its commit was never sent. */
  const stoppedInUpload = async (): Promise<Running> => {
    const sent = async () => (await team.store.list('objects/')).objects.length;
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      // Too large to travel together.
      for (let index = 0; index < LARGE_FILES; index += 1)
        alice.save(`a/${index}`, `${attempt} ${index} ${'x'.repeat(300_000)}`);
      const before = await sent();
      const pushing = alice.start('push', '--json');
      await until(async () => (await sent()) > before, 'the upload', 25);
      pushing.process.kill('SIGSTOP');
      if ((await sent()) < before + LARGE_FILES) return pushing;
      pushing.process.kill('SIGCONT');
      expect(await pushing.ended).toMatchObject({ code: 0 });
    }
    throw new Error('every push was over before it could be stopped');
  };

  /** What `watch` has of a change, once it is committed. */
  const sent = async (change: () => void): Promise<void> => {
    const before = (await team.remote()).generation;
    change();
    await until(async () => (await team.remote()).generation > before, 'a commit');
  };

  test('edits, deletes, renames, conflicts: both end equal, and no version is lost', async () => {
    await form('story');
    for (let index = 0; index < 12; index += 1) alice.save(`runs/${index}/out.json`, `{"run":${index}}`);
    alice.save('größe/mit leer zeichen.txt', 'ä');
    alice.save('empty', '');
    alice.save('large.bin', randomBytes((16 << 20) + 1234));
    expect(await alice.sync()).toMatchObject({ generation: 1, uploaded: 15 });
    expect(await bob.sync()).toMatchObject({ downloaded: 15, uploaded: 0 });
    await team.expectEqual();

    // Both at once, on different files.
    bob.save('runs/1/out.json', 'bob 1');
    bob.remove('runs/2/out.json');
    bob.rename('large.bin', 'kept/large.bin');
    alice.save('runs/3/out.json', 'alice 3');
    alice.rename('runs/4/out.json', 'runs/four.json');
    alice.save('new/from-alice', 'new');
    await Promise.all([alice.sync(), bob.sync()]);
    await team.settle();
    const truth = await team.expectEqual();
    expect([...truth.files.keys()]).toEqual(
      expect.arrayContaining(['kept/large.bin', 'runs/four.json', 'new/from-alice']),
    );
    expect([...truth.files.keys()]).not.toContain('runs/2/out.json');

    // A rename sends none of the 16 MiB again.
    bob.rename('kept/large.bin', 'kept/again.bin');
    expect(((await bob.sync())['bytesUp'] as number) < 100_000).toBe(true);

    // Both change the same files; each way to decide it.
    const decisions = {
      '--both': { file: 'runs/5/out.json', content: 'alice --both' },
      '--mine': { file: 'runs/6/out.json', content: 'bob --mine' },
      '--theirs': { file: 'runs/7/out.json', content: 'alice --theirs' },
      '--merged': { file: 'runs/8/out.json', content: 'of both' },
    };
    for (const [flag, { file }] of Object.entries(decisions)) {
      alice.save(file, `alice ${flag}`);
      bob.save(file, `bob ${flag}`);
    }
    await alice.sync();
    expect(await bob.sync(3)).toMatchObject({
      conflicts: Object.values(decisions).map(({ file }) => ({ path: file, reason: 'both-changed' })),
    });
    for (const [flag, { file }] of Object.entries(decisions)) {
      expect(bob.read(file)).toBe(`bob ${flag}`);
      if (flag === '--theirs') bob.letGo(file);
      if (flag === '--merged') bob.save(file, 'of both');
      // As long as others wait, it is the code of a sync with conflicts.
      expect(await bob.cli('resolve', file, flag)).toMatchObject({ code: flag === '--merged' ? 0 : 3 });
    }
    await bob.sync();
    await alice.sync();
    for (const { file, content } of Object.values(decisions)) expect(alice.read(file)).toBe(content);

    // Deleted by one, changed by the other.
    alice.remove('runs/9/out.json');
    bob.save('runs/9/out.json', 'bob went on with it');
    await alice.sync();
    expect(await bob.sync(3)).toMatchObject({ conflicts: [{ reason: 'changed-here-deleted-there' }] });
    expect(await bob.cli('resolve', 'runs/9/out.json', '--mine')).toMatchObject({ code: 0 });
    await alice.sync();
    expect(alice.read('runs/9/out.json')).toBe('bob went on with it');

    await team.expectEqual();
    const where = await team.whereabouts();
    expect(where).toMatchObject({
      'at its path': expect.toSatisfy((count: number) => count > 10),
      'conflict copy': 1,
      history: expect.toSatisfy((count: number) => count > 5),
      'overwritten by who had seen it': 2,
      LOST: 0,
    });
  }, 240_000);

  test('one holds the lease by hand: the other waits, or fails and names the holder; force takes it', async () => {
    await form('hold', 'lock: { ttlSeconds: 6 }');
    alice.save('a', '1');
    await alice.sync();
    const held = alice.start('lock', 'acquire');
    await held.printed('Held by ');
    bob.save('b', '2');
    const refused = await bob.cli('sync', '--wait', '0', '--json');
    expect([refused.code, refused.json()]).toMatchObject([
      4,
      {
        error: {
          kind: 'locked',
          details: { pid: held.process.pid, workspace: expect.any(String), purpose: 'lock acquire' },
        },
      },
    ]);
    // A pull needs no lease.
    expect((await bob.cli('pull', '--json')).json()).toMatchObject({ ok: true, uploaded: 0 });
    expect(bob.read('a')).toBe('1');
    const waiting = bob.start('sync', '--json');
    await waiting.printed('Waiting');
    held.process.kill('SIGINT');
    expect((await held.ended).code).toBe(0);
    expect((await waiting.ended).json()).toMatchObject({ ok: true, uploaded: 1 });

    const again = alice.start('lock', 'acquire');
    await again.printed('Held by ');
    const forced = await bob.cli('lock', 'release', '--force', '--json');
    expect([forced.code, forced.json()]).toMatchObject([0, { released: true, from: { pid: again.process.pid } }]);
    bob.save('b', '3');
    expect(await bob.sync()).toMatchObject({ uploaded: 1 });
    expect(await again.ended).toMatchObject({ code: 4, stderr: expect.stringContaining('lease') });
    await team.settle();
    await team.expectEqual();
  });

  test('run: what a command writes is committed under its lease, and no one comes in between', async () => {
    await form('run');
    alice.save('in', '1');
    await alice.sync();
    const script =
      'cat data/in > data/out; echo working; while [ ! -e data/../go ]; do sleep 0.05; done; echo done >> data/out';
    const running = bob.start('run', '--', 'sh', '-c', script);
    await running.printed('working');
    alice.save('in', '2');
    expect((await alice.cli('sync', '--wait', '0')).code).toBe(4);
    bob.save('../go', '');
    expect((await running.ended).code).toBe(0);
    await team.settle();
    expect(alice.read('out')).toBe('1done\n');
    await team.expectEqual();
  });

  test('watch in one, edits in the other: they arrive, both ways', async () => {
    await form('watch');
    alice.save('a', '1');
    await alice.sync();
    const watching = bob.start('watch', '--json-events');
    await watching.printed('"event":"synced"');
    expect(bob.read('a')).toBe('1');
    for (const turn of [1, 2]) {
      await sent(() => bob.save(`by-bob-${turn}`, `b${turn}`));
      await alice.sync();
      expect(alice.read(`by-bob-${turn}`)).toBe(`b${turn}`);
    }
    await sent(() => bob.remove('by-bob-1'));
    await alice.sync();
    expect(alice.files()).not.toHaveProperty(['by-bob-1']);
    watching.process.kill('SIGINT');
    expect((await watching.ended).code).toBe(0);
    alice.save('a', '2');
    await team.settle();
    await team.expectEqual();
    await team.whereabouts();
  });

  test('pushes at once: every one is committed, none over another', async () => {
    await form('rush');
    const carol = await team.join('carol', '');
    const everybody = [alice, bob, carol];
    alice.save('start', 's');
    await alice.sync();
    // Small ones, which go without the lease; then many files, which need it.
    for (const [round, files] of [2, 260].entries()) {
      for (const member of everybody)
        for (let index = 0; index < files; index += 1)
          member.save(`${round}/${member.name}/${index}`, `${member.name} ${index}`);
      const ended = await Promise.all(everybody.map((member) => member.cli('push', '--json')));
      expect(ended.map((one) => [one.code, one.json()['uploaded']])).toEqual(everybody.map(() => [0, files]));
    }
    const truth = await team.remote();
    expect(truth.files.size).toBe(1 + 3 * 2 + 3 * 260);
    expect(truth.chain).toHaveLength(7);
    await team.settle();
    await team.expectEqual();
    expect(await team.whereabouts()).toMatchObject({ 'at its path': 787, LOST: 0 });
  });

  test('a holder that sleeps past its ttl in mid-upload: another takes over, and it can commit nothing', async () => {
    await form('sleeper', 'lock: { ttlSeconds: 6 }');
    alice.save('start', 's');
    await alice.sync();
    await bob.sync();
    const pushing = await stoppedInUpload();
    const stopped = JSON.parse(await headText(team.store)) as { epoch: number; commit: { generation: number } };
    bob.save('b', 'by bob');
    const generation = stopped.commit.generation + 1;
    expect(await bob.sync()).toMatchObject({ ok: true, uploaded: 1, generation });
    const taken = await headText(team.store);
    pushing.process.kill('SIGCONT');
    const ended = await pushing.ended;
    expect([ended.code, ended.json()]).toMatchObject([4, { ok: false, error: { kind: 'lease-lost' } }]);
    expect(await headText(team.store)).toBe(taken);
    expect((JSON.parse(taken) as { epoch: number }).epoch).toBeGreaterThan(stopped.epoch);
    await team.settle();
    const truth = await team.expectEqual();
    expect(truth.files.size).toBe(2 + LARGE_FILES);
    await team.whereabouts();
  }, 180_000);
});

async function until(holds: () => Promise<boolean>, what: string, everyMs = 5): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; ) {
    if (await holds()) return;
    await sleep(everyMs);
  }
  throw new Error(`waited 30 s in vain: ${what}`);
}
