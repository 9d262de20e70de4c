import type { Asked, HeadFacts, ProbeFacts, RemoteFacts } from '../../core/doctor/doctor-facts.ts';
import { judgeLease } from '../../core/format/lease-record.ts';
import { requireEmpty } from '../cycle/writing.ts';
import { each } from '../each.ts';
import type { ObjectStore } from '../ports.ts';
import { type Capabilities, type ProbeParts, probeStore } from '../remote/probe.ts';
import { RACES } from '../remote/probe-races.ts';
import { createRegister } from '../remote/register.ts';
import { createBaseStore } from '../state/base-store.ts';
import { asked } from './checkup-ask.ts';
import type { Bucket, CheckedRoot, CheckupParts } from './checkup-ports.ts';

type ProbedParts = ProbeParts & { readonly root: Pick<CheckedRoot, 'state'> };

type RemoteParts = Pick<CheckupParts, 'clock' | 'ids' | 'codec' | 'log'> & {
  readonly store: ObjectStore;
  readonly bucket: Bucket;
  readonly root: CheckedRoot;
};

/** Asks one thing after another, each only where the answers before leave it a meaning. */
export async function findRemote(
  parts: RemoteParts,
  onStep: (what: string) => void,
  signal?: AbortSignal,
): Promise<RemoteFacts> {
  const { store, bucket } = parts;
  onStep('credentials');
  const credentials = await asked(() => bucket.credentials(signal), signal);
  onStep('the store');
  const reach = await asked(() => bucket.reach(signal), signal);
  const none = { credentials, reach, list: null, head: null, probe: null, versioning: null, encryption: null };
  if (!credentials.ok || !reach.ok) return none;
  const list = await asked(() => store.list('', { limit: 1, signal }).then(() => null), signal);
  if (!list.ok && list.problem.kind !== 'denied') return { ...none, list };
  const head = await asked(() => findHead(parts, list.ok, signal), signal);
  onStep('conditional writes');
  const probe = head.ok ? await findProbe(parts, signal) : null;
  onStep('the bucket');
  const versioning = await asked(() => bucket.versioning(signal), signal);
  const encryption = await asked(() => bucket.encryption(signal), signal);
  return { ...none, list, head, probe, versioning, encryption };
}

async function findHead(
  { store, clock, ids, log, root }: RemoteParts,
  mayList: boolean,
  signal?: AbortSignal,
): Promise<HeadFacts> {
  const { head, storeAgeMs } = await createRegister(store, clock, ids, log).read(signal);
  // What is not ours is not written to, not even by a probe.
  if (head === null && mayList) await requireEmpty(store, signal);
  const lease = head?.lease ?? null;
  return {
    isThere: head !== null,
    generation: head?.commit?.generation ?? null,
    lease,
    leaseIsOurs: lease !== null && lease.nonce === (await createBaseStore(root.state).leaseNonce()),
    leaseIsStale: judgeLease({ head, ourNonce: null, unchangedMs: 0, storeAgeMs }).kind === 'stale',
  };
}

const REMOVERS = 16;

/** The whole probe, its finding noted for the next write, and its objects removed again. */
export async function findProbe(parts: ProbedParts, signal?: AbortSignal): Promise<Asked<ProbeFacts>> {
  const { store } = parts;
  const made = new Set<string>();
  const recording: ObjectStore = {
    ...store,
    put(key, body, options) {
      made.add(key);
      return store.put(key, body, options);
    },
  };
  // Not with the caller's signal: what the probe has made goes also when the rest is stopped.
  const clean = () =>
    asked(async () => {
      await each(made, REMOVERS, (key) => store.delete(key));
      return made.size;
    });
  let found: Asked<Capabilities>;
  try {
    found = await asked(() => probeStore({ ...parts, store: recording }, 'whole', signal), signal);
  } catch (error) {
    await clean();
    throw error;
  }
  const cleaned = await clean();
  await noteProbe(parts, found);
  return found.ok ? { ok: true, value: { ...found.value, writers: RACES.whole.writers, cleaned } } : found;
}

async function noteProbe({ root, store }: ProbedParts, found: Asked<Capabilities>): Promise<void> {
  // Whatever else went wrong says nothing about the store.
  if (!found.ok && found.problem.kind !== 'unsafe-store') return;
  const capabilities = found.ok ? found.value : null;
  // A state folder that cannot be written has a line of its own.
  await asked(() => createBaseStore(root.state).setWholeProbe({ remote: store.name, capabilities }));
}
