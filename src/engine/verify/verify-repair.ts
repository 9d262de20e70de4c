import { SyncError } from '../../core/errors.ts';
import { type Entry, type RemoteTree, sameStamp } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { Step } from '../../core/plan/plan.ts';
import { isIdentityVeto, type Veto, vet, vetoMessage } from '../../core/plan/safety.ts';
import { VetoError } from '../../core/plan/veto-error.ts';
import type { Drift } from '../../core/verify/verify-report.ts';
import { createUploader } from '../contents/upload.ts';
import { noteDone, noteHead } from '../cycle/cycle-notes.ts';
import { pullChanges } from '../cycle/pull-changes.ts';
import { commitChanges } from '../cycle/push.ts';
import type { Run } from '../cycle/run.ts';
import { factsOf } from '../cycle/safety-facts.ts';
import { settleCommits } from '../cycle/settle.ts';
import { leaseTicket } from '../cycle/ticket.ts';
import { writeUnderLease } from '../cycle/writing.ts';
import { AT_ONCE, each } from '../each.ts';
import type { RegisterState } from '../remote/register.ts';
import type { Examined } from './verify.ts';

export interface Repaired {
  /** The examination that the repair stood on. */
  readonly found: Examined;
  readonly repaired: readonly Drift[];
  readonly left: readonly Drift[];
}

/**
 * Puts in order what a good side has: first the remote, by a new commit that names new objects (what is written once is never
 * replaced, so what is damaged there stays as garbage), then the root, through the apply that keeps what it replaces.
 * SyncError('veto') where it is not sure which remote, or which root, this is.
 */
export async function repairDrift(
  run: Run,
  first: Examined,
  examine: (state: RegisterState) => Promise<Examined>,
): Promise<Repaired> {
  let found = first;
  if (!found.drift.some(isMendable)) return { found, repaired: [], left: found.drift };
  refuseVetoed(found.vetoes);
  if (found.drift.some((drift) => isThere(drift) && isMendable(drift))) {
    await writeUnderLease(run, found.state, 'verify --repair');
    const state = await run.parts.register.read(run.options.signal);
    // Another commit came while this one was read. Under the lease none comes any more.
    if (state.head?.commit?.id !== found.state.head?.commit?.id) found = await examine(state);
    else found = { ...found, state };
    refuseVetoed(found.vetoes);
  }
  const failed = new Map<string, string>();
  const repaired: Drift[] = [];
  const there = found.drift.filter(isThere).filter(isMendable);
  const tree = there.length === 0 ? found.view.tree : await mendRemote(run, found, there, failed);
  repaired.push(...there.filter(({ path }) => !failed.has(path)));
  const here = found.drift.filter(({ kind }) => kind === 'rotten-here').filter(isMendable);
  await mendRoot(run, { ...found, view: { ...found.view, tree } }, here, failed);
  repaired.push(...here.filter(({ path }) => !failed.has(path)));
  const done = new Set(repaired);
  const left = found.drift
    .filter((drift) => !done.has(drift))
    .map((drift) => ({ ...drift, reason: withNote(drift.reason, failed.get(drift.path)) }));
  return { found, repaired, left };
}

const isThere = ({ kind }: Drift): boolean =>
  kind === 'record-damaged' || kind === 'remote-missing' || kind === 'remote-damaged';

const isMendable = ({ kind, good }: Drift): boolean =>
  good !== null && kind !== 'remote-unreadable' && kind !== 'unreadable-here' && kind !== 'entry-refused';

const withNote = (reason: string, note: string | undefined): string =>
  note === undefined ? reason : `${reason}; not repaired: ${note}`;

/** A commit with the same contents in new objects and records. Gives its tree; `failed` gets what could not be done, and why. */
async function mendRemote(
  run: Run,
  found: Examined,
  drift: readonly Drift[],
  failed: Map<string, string>,
): Promise<RemoteTree> {
  const { parts, options, ledger, tally, lease } = run;
  const { view, state } = found;
  const fail = (why: string) => {
    for (const { path } of drift) failed.set(path, why);
    return view.tree;
  };
  if (!found.isWhole) return fail('a part of the index is lost here, so no commit could carry its entries on');
  if (lease === null || view.commit === null) return fail('there is no commit to mend');
  const ticket = leaseTicket(lease, state, options.signal);
  // Its name would be that of the damaged object, and nothing is ever replaced.
  if (drift.some(({ path }) => ofEpoch(view.tree.get(path as SyncPath), path, ticket.epoch)))
    return fail('it was written under the lock that is held now: release it, then repair');
  const entries = await sendAgain(run, found, drift, ticket, failed);
  const records = new Set(drift.filter(({ kind }) => kind === 'record-damaged').map(({ path }) => path));
  if (entries.length === 0 && records.size === 0) return view.tree;
  const commit = { ...view.commit, shards: view.commit.shards.filter(({ key }) => !records.has(key)) };
  const committed = await commitChanges(
    { ...parts, log: parts.remoteLog, onCommit: () => tally.phase('committing') },
    ticket,
    { ...view, commit },
    { entries, removed: [], advanced: [] },
  ).catch((error: unknown) => {
    throw lease.signal.aborted ? lease.signal.reason : error;
  });
  if (committed.kind === 'lost') {
    lease.assertValid();
    throw new SyncError('lease-lost', 'another commit came first', 'Verify again.');
  }
  noteHead(run, parts.register.known() ?? state);
  await settleCommits(parts.base, ledger, parts.register.known() ?? state, parts.remoteLog, options.signal);
  await ledger.save();
  return new Map([...view.tree, ...entries.map((entry) => [entry.path, entry] as const)]);
}

/** Entries as they were, but for where their bytes lie. Nothing else of them changes: whose they are and how old stays. */
async function sendAgain(
  run: Run,
  { view, scan, bad }: Examined,
  drift: readonly Drift[],
  ticket: ReturnType<typeof leaseTicket>,
  failed: Map<string, string>,
): Promise<readonly Entry[]> {
  const { parts, tally } = run;
  const sound = new Map([...view.tree].filter(([path]) => !bad.has(path)));
  const uploader = createUploader({
    ...parts,
    files: run.files,
    epoch: ticket.epoch,
    earlier: new Map(),
    // All of it was read, slice by slice.
    standing: sound,
    signal: ticket.signal,
    assertMayWrite: ticket.assertMayWrite,
    onBytes: tally.bytes,
  });
  const entries: Entry[] = [];
  const files = drift.flatMap(({ path, good }) => {
    const entry = view.tree.get(path as SyncPath);
    return entry && good && good.side !== 'kept' ? [{ entry, good }] : [];
  });
  tally.phase('uploading', files.length);
  await each(files, AT_ONCE, async ({ entry, good }) => {
    const local = good.side === 'here' ? scan.files.get(good.path) : undefined;
    const standing = good.side === 'there' ? sound.get(good.path) : undefined;
    const versions = { path: good.path, base: null, remote: null, local: local ?? null };
    const size = local?.stamp.size ?? standing?.size;
    if (size !== undefined && size !== entry.size) {
      failed.set(entry.path, 'the index names another size than these bytes have');
      return;
    }
    const [sent] = local ? await uploader.upload([{ ...versions, kind: 'upload' }]) : [];
    if (standing) entries.push({ ...entry, slices: standing.slices });
    else if (sent?.kind === 'sent') entries.push({ ...entry, slices: sent.slices });
    else failed.set(entry.path, sent?.kind === 'failed' ? sent.reason : `${good.path} changed meanwhile`);
    tally.file();
  });
  return entries;
}

/**
 * What rotted here comes anew from the remote. It was vetted, and what is replaced becomes a conflict copy: a program may have
 * written it through a memory map, which moves no stamp.
 */
async function mendRoot(
  run: Run,
  found: Examined,
  drift: readonly Drift[],
  failed: Map<string, string>,
): Promise<void> {
  const { parts, options, ledger } = run;
  const steps = drift.flatMap(({ path }): Step[] => {
    const known = path as SyncPath;
    const [remote, local] = [found.view.tree.get(known), found.scan.files.get(known)];
    if (options.busyPaths?.has(path)) failed.set(path, 'it is open and unsaved in an editor');
    if (failed.has(path) || !remote || !local) return [];
    const base = ledger.entries.get(known) ?? null;
    return [{ kind: 'download', path: known, base, local: { ...local, sha256: base?.sha256 ?? local.sha256 }, remote }];
  });
  if (steps.length === 0) return;
  const plan = { steps, conflicts: [], held: [] };
  // The mended remote has moved on, and what was just committed there is known here already.
  const state = parts.register.known() ?? found.state;
  refuseVetoed(vet(await factsOf(parts, options, { ...found, state, files: run.files, ledger, plan })));
  await pullChanges(run, { ...found, plan }, state);
  await noteDone(run);
  const problems = new Map(run.tally.problemsSoFar().map(({ path, reason }) => [path, reason]));
  for (const { path, remote, local } of steps) {
    const now = ledger.entries.get(path);
    if (now && local && now.sha256 === remote?.sha256 && !sameStamp(now.stamp, local.stamp)) continue;
    failed.set(path, problems.get(path) ?? 'it changed meanwhile');
  }
}

/** A repair deletes nothing, so only vetoes about the identity of remote and root concern it. */
function refuseVetoed(vetoes: readonly Veto[]): void {
  const refused = vetoes.filter(isIdentityVeto);
  if (refused.length === 0) return;
  const said = refused.map((veto) => vetoMessage(veto));
  throw new VetoError(refused, {
    message: `nothing is repaired: ${said.map(({ message }) => message).join('; ')}`,
    remedy: `Settle that first with \`datastore sync\`: ${said.map(({ remedy }) => remedy).join(' ')}`,
  });
}

/** Whether a damaged thing carries this epoch in its key. */
const ofEpoch = (entry: Entry | undefined, key: string, epoch: number): boolean =>
  entry === undefined
    ? key.includes(`-${epoch}.jsonl`)
    : entry.slices.some(({ object }) => object.endsWith(`-${epoch}`));
