import { locate } from './disk/locate.ts';
import type { FolderNode } from './disk/node.ts';
import { flush } from './disk/power.ts';
import { nameOfDamage } from './fault-names.ts';
import { ROOT } from './hands.ts';
import type { Machine } from './machine.ts';
import type { HeadDamage, Trouble } from './scenario.ts';
import { baseOf } from './state-folder.ts';
import type { World } from './world.ts';

/** Everything that goes wrong by itself, and is repaired after its time. False where it cannot be just then. */
export function makeTrouble(world: World, client: number, deed: Trouble, isIdle: () => boolean): boolean {
  const { loop, remote, trace } = world;
  const machine = world.machines[client] as Machine;
  const who = `client ${client + 1}`;
  const happened = (words: string) => {
    world.count(deed.act);
    trace.note(`${who}: ${words}`);
    return true;
  };

  switch (deed.act) {
    case 'kill': {
      const program = world.running(client, deed.by);
      if (program === null) return false;
      program.process.isDead = true;
      return happened(`${deed.by} is killed`);
    }
    case 'power cut':
      world.power(machine);
      return true;
    case 'sleep':
      machine.asleepUntil = loop.time + deed.ms;
      machine.lagMs += deed.ms;
      return happened(`sleeps ${deed.ms} ms`);
    case 'stand still': {
      const program = world.running(client, deed.by);
      if (program === null) return false;
      program.process.stillUntil = loop.time + deed.ms;
      return happened(`${deed.by} stands still for ${deed.ms} ms`);
    }
    case 'clock jump':
      machine.aheadMs += deed.ms;
      return happened(`its clock jumps by ${deed.ms} ms`);
    case 'network off':
      machine.offlineUntil = loop.time + deed.ms;
      return happened(`has no network for ${deed.ms} ms`);
    case 'credentials expire':
      machine.expiredUntil = loop.time + deed.ms;
      return happened(`has expired credentials for ${deed.ms} ms`);
    case 'store busy':
      remote.busyUntil = loop.time + deed.ms;
      return happened(`the store answers 503 for ${deed.ms} ms`);
    case 'state lost':
      // Who has forgotten the datastore takes a foreign register, or an old one, for the one to join.
      if (remote.headInTrouble) return false;
      for (const tool of ['vscode', 'cli'] as const) {
        const program = world.running(client, tool);
        if (program) program.process.isDead = true;
      }
      loseState(machine);
      return happened('its state folder is lost');
    case 'root away':
      return takeRootAway();
    case 'head missing':
    case 'head corrupt':
    case 'head foreign':
    case 'head rolled back':
      return troubleHead(deed);
    case 'object damaged':
      return damageObject(deed);
  }

  function takeRootAway(): boolean {
    // A root that was never in step is made anew where it is missing.
    if ((baseOf(machine.disk)?.files ?? 0) === 0 || machine.rootIsAway || !isIdle()) return false;
    const { disk } = machine;
    const root = locate(disk, ROOT, 'root away', false);
    if (root.node === null) return false;
    const { folder, key, node } = root;
    const change = (becomes: typeof node | null) => {
      world.oracle.unseen(client, () => {
        disk.change([{ folder, key, becomes: becomes && { name: root.name, node: becomes } }], null);
        flush(disk, folder);
      });
    };
    machine.rootIsAway = true;
    change(deed.act === 'root away' && deed.leavesEmpty ? disk.newFolder(0o755) : null);
    loop.after('ms' in deed ? deed.ms : 0, null, () => {
      change(node);
      machine.rootIsAway = false;
      trace.note(`${who}: its root is back`);
    });
    return happened('its root is away');
  }

  function troubleHead(trouble: Trouble & { act: `head ${string}` }): boolean {
    const { chain } = world.oracle;
    const good = chain.headBytes;
    const isQuiet = isIdle() && remote.swapsUnderWay === 0;
    if (good === null || chain.head?.commit == null || remote.headInTrouble || !isQuiet) return false;
    const before = chain.earlier[0];
    if (trouble.act === 'head missing') remote.bucket.delete('head.json');
    else if (trouble.act === 'head corrupt') setHead(world, corrupted(good, trouble.how));
    else if (trouble.act === 'head foreign') {
      if (!everybodyKnowsBetter(null)) return false;
      setHead(world, foreign(good));
    } else if (before !== undefined && everybodyKnowsBetter(before)) setHead(world, before);
    else return false;
    remote.headInTrouble = true;
    world.count(trouble.act === 'head corrupt' ? nameOfDamage(trouble.how) : trouble.act);
    trace.note(`the administrator: ${trouble.act}`);
    loop.after(trouble.ms, null, () => {
      remote.headInTrouble = false;
      setHead(world, good);
      trace.note('the administrator repairs the register');
    });
    return true;
  }

  /** Who has never seen a newer register cannot know that this one is old. */
  function everybodyKnowsBetter(old: Uint8Array | null): boolean {
    const epoch = old === null ? 0 : (JSON.parse(Buffer.from(old).toString()) as { epoch: number }).epoch;
    return world.machines.every(({ disk }) => (baseOf(disk)?.epoch ?? 0) > epoch);
  }

  function damageObject({ how, which, ms }: Trouble & { act: 'object damaged' }): boolean {
    const { tree, referenced } = world.oracle.chain;
    const now = [...tree.values()].flatMap(({ slices }) => slices.map(({ object }) => object));
    // What everybody reads, or anything that any commit names.
    const keys = which % 2 === 0 ? now : [...referenced.keys()];
    const key = keys[(which >> 1) % Math.max(1, keys.length)];
    const stored = key === undefined ? undefined : remote.bucket.get(key);
    if (key === undefined || stored === undefined || remote.damaged.has(key)) return false;
    remote.damaged.set(key, stored.bytes);
    if (how === 'missing') remote.bucket.delete(key);
    else remote.bucket.set(key, { ...stored, bytes: spoiled(stored.bytes, how) });
    loop.after(ms, null, () => {
      remote.bucket.set(key, stored);
      remote.damaged.delete(key);
      trace.note(`the administrator repairs ${key}`);
    });
    return happened(`the administrator: ${key} is ${how}`);
  }
}

function setHead({ remote }: World, bytes: Uint8Array): void {
  void remote.store.put('head.json', bytes);
}

function corrupted(good: Uint8Array, how: HeadDamage): Uint8Array {
  const text = Buffer.from(good).toString();
  switch (how) {
    case 'cut':
      return good.subarray(0, good.length >> 1);
    case 'empty':
      return new Uint8Array();
    case 'of a newer format':
      return Buffer.from(text.replace('"format":1', '"format":99'));
    case 'too large':
      return Buffer.from(`${text}${' '.repeat(70_000)}`);
  }
}

function foreign(good: Uint8Array): Uint8Array {
  const head = JSON.parse(Buffer.from(good).toString()) as Record<string, unknown>;
  return Buffer.from(
    JSON.stringify({
      ...head,
      datastoreId: '00000000-0000-4000-8000-000000000000',
      nonce: 'f'.repeat(32),
      lease: null,
    }),
  );
}

function spoiled(bytes: Uint8Array, how: 'flipped' | 'cut'): Uint8Array {
  if (how === 'cut') return bytes.subarray(0, bytes.length >> 1);
  const copy = Uint8Array.from(bytes);
  copy[bytes.length >> 1] = (copy[bytes.length >> 1] ?? 0) ^ 0x20;
  return copy;
}

function loseState({ disk }: Machine): void {
  const { folder, key, name } = locate(disk, '/state', 'state lost', false);
  const empty: FolderNode = disk.newFolder(0o700);
  disk.change([{ folder, key, becomes: { name, node: empty } }], null);
  flush(disk, folder);
}
