/** A defect that tools of this family have had, planted by exact replacement in a copy of `src`. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Layers and files of the suite that run on it, the likeliest first. */
  readonly suites: readonly Suite[];
  /** What has to go red: full names of tests. A red test of another name does not count. */
  readonly breaks: RegExp;
  /** Why the simulation is not asked. */
  readonly unseen?: string;
}

export interface Edit {
  /** Below `src`. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Suite {
  readonly layer: 'core' | 'engine' | 'contract' | 'cli' | 'exhaustive' | 'hostile' | 'crash' | 'simulation';
  /** Below the layer's folder; all of the layer otherwise. */
  readonly file?: string;
  /** Part of a test's name, where the defect makes others of the file wait for ever. */
  readonly test?: string;
}

const core = (file?: string): Suite => ({ layer: 'core', ...(file === undefined ? {} : { file }) });
const engine = (file?: string): Suite => ({ layer: 'engine', ...(file === undefined ? {} : { file }) });
/** A story that the simulation has found once. */
const story = (test: string): Suite => ({ layer: 'simulation', file: 'seeds.test.ts', test });

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'garbage collected without looking at epochs',
    edits: [
      {
        file: 'core/garbage/garbage-key.ts',
        find: 'return written !== null && written < epoch && !named.has(key);',
        replace: 'return written !== null && epoch > 0 && !named.has(key);',
      },
    ],
    suites: [core('garbage.test.ts'), engine('garbage.test.ts')],
    breaks: /own epoch|later epoch/,
  },
  {
    name: 'garbage judged by a head that was read before the lease',
    edits: [
      {
        file: 'engine/garbage/collect.ts',
        find: 'const state = await parts.register.read(options.signal);',
        replace: 'const state = first;',
      },
    ],
    suites: [engine('garbage.test.ts')],
    breaks: /comes before the lease/,
  },
  {
    name: 'garbage judged by what was not looked at',
    edits: [
      {
        file: 'engine/garbage/collect.ts',
        find: 'epoch: Math.min(lease?.epoch ?? nextEpoch(head), nextEpoch(looked)),',
        replace: 'epoch: Math.max(lease?.epoch ?? nextEpoch(head), nextEpoch(looked)),',
      },
      {
        file: 'engine/garbage/collect.ts',
        find: 'Math.min(head.commit?.generation ?? 0, looked?.commit?.generation ?? 0)',
        replace: 'Math.max(head.commit?.generation ?? 0, looked?.commit?.generation ?? 0)',
      },
    ],
    suites: [engine('garbage.test.ts')],
    breaks: /while a collector looks/,
  },
  {
    name: 'a refused commit outside the chain taken for one that names nothing',
    edits: [
      {
        file: 'engine/garbage/dangling.ts',
        find: "if (kind === 'denied') throw unreadable(store.name, refusalOf(key), error);",
        replace: "if (kind === 'denied') return refusalOf(key);",
      },
    ],
    suites: [engine('garbage.test.ts')],
    breaks: /may not be read there/,
  },
  {
    name: 'a commit as old as it is, not as what replaced it',
    edits: [
      {
        file: 'engine/garbage/kept-commits.ts',
        find: '!isKept(later, listing.ageOf(next), limits)',
        replace: '!isKept(later, listing.ageOf(key), limits)',
      },
    ],
    suites: [engine('garbage.test.ts')],
    breaks: /stood for long/,
  },
  {
    name: 'a register that was set back believed',
    edits: [
      {
        file: 'engine/garbage/collect.ts',
        find: 'const beyond = history.beyond(generation);',
        replace: 'const beyond = history.beyond(Number.MAX_SAFE_INTEGER - generation);',
      },
    ],
    suites: [engine('garbage.test.ts')],
    breaks: /set back/,
    unseen: 'its register comes back before anybody without a memory of it collects',
  },
  {
    name: 'what a register that was set back left behind collected',
    edits: [
      {
        file: 'core/garbage/keep.ts',
        find: 'above > 0 || isYoung(replacedMs, limits);',
        replace: 'above > 0 && isYoung(replacedMs, limits);',
      },
    ],
    suites: [engine('garbage.test.ts')],
    breaks: /can be put back/,
  },
  {
    name: 'objects collected before what names them',
    edits: [
      {
        file: 'engine/garbage/sweep.ts',
        find: "  ['commits', 'commits/'],\n  ['shards', 'index/'],\n  ['objects', 'objects/'],\n",
        replace: "  ['objects', 'objects/'],\n  ['shards', 'index/'],\n  ['commits', 'commits/'],\n",
      },
    ],
    suites: [engine('garbage.test.ts')],
    breaks: /commits first/,
    unseen: 'nobody of the simulation reads commits of the past but the collector, whom it does not harm',
  },
  {
    name: 'a pack rewritten without a part of it',
    edits: [
      {
        file: 'engine/cycle/repack.ts',
        find: '[{ ...entry, slices: [slice] }]',
        replace: '[{ ...entry, slices: [{ ...slice, offset: 0 }] }]',
      },
    ],
    suites: [engine('repack.test.ts')],
    breaks: /half alive|fetched/,
  },
  {
    name: 'garbage collected though a part of the history cannot be read',
    edits: [
      {
        file: 'engine/garbage/named-keys.ts',
        find: 'if (!isCutAt(head, key)) throw unreadable(parts.name, problem);',
        replace: 'if (!isCutAt(head, key)) return;',
      },
    ],
    suites: [engine('garbage.test.ts')],
    breaks: /damaged shard|that is missing/,
  },
  {
    name: 'stale lock stolen by check-then-delete',
    edits: [
      {
        file: 'engine/lease/take-file-lock.ts',
        find: 'if (moved.content === stale) {',
        replace: "if (moved.content !== '') {",
      },
    ],
    suites: [{ layer: 'engine', file: 'root-guard.test.ts', test: 'is put back' }],
    breaks: /put back/,
  },
  {
    name: 'heartbeat written without condition',
    edits: [
      {
        file: 'engine/remote/swap-head.ts',
        find: "condition: named === null ? { kind: 'absent' } : { kind: 'match', etag: namedForm(named) },",
        replace:
          "...(options.timeoutMs === undefined ? { condition: named === null ? { kind: 'absent' as const } : { kind: 'match' as const, etag: namedForm(named) } } : {}),",
      },
    ],
    suites: [engine('lease.test.ts'), engine('held-lease.test.ts'), engine('register.test.ts')],
    breaks: /renew|lease|successor/,
  },
  {
    name: 'heartbeat racing release',
    edits: [
      {
        file: 'engine/remote/register.ts',
        find: 'swap: (build, options = {}) => queue(() => swapper.swap(build, options))',
        replace:
          'swap: (build, options = {}) => (queue.activeCount > 1 ? queue(() => swapper.swap(build, options)) : swapper.swap(build, options))',
      },
    ],
    suites: [engine('lease.test.ts'), engine('register.test.ts')],
    breaks: /release|queue|one after/,
  },
  {
    name: 'going on without a lock',
    edits: [
      {
        file: 'core/format/lease-record.ts',
        find: 'const renewed = withRenewal(head, nonce, ourNonce, commit.committedAt);',
        replace:
          'const renewed = withRenewal(head, nonce, head.lease?.nonce ?? ourNonce, commit.committedAt) ?? { ...head, nonce };',
      },
      {
        file: 'engine/lease/keep-tenure.ts',
        find: "if (!over && left() <= 0) lose('it ran out');",
        replace: 'if (ttlMs > 0) return true;',
      },
    ],
    suites: [engine('lease.test.ts'), engine('cycle-races.test.ts')],
    breaks: /slept|stolen/,
  },
  {
    name: 'index written before its objects',
    edits: [
      {
        file: 'engine/contents/send-contents.ts',
        find: 'await putOnce(store, codec, object, bytes, signal, undefined, sha256);',
        replace: 'void putOnce(store, codec, object, bytes, signal, undefined, sha256).catch(() => undefined);',
      },
    ],
    suites: [engine('cycle-interrupted.test.ts')],
    breaks: /first object is refused|answer to an object is lost/,
  },
  {
    name: 'index written without condition',
    edits: [
      {
        file: 'engine/remote/swap-head.ts',
        find: "condition: named === null ? { kind: 'absent' } : { kind: 'match', etag: namedForm(named) },",
        replace:
          "...(options.commits === true ? {} : { condition: named === null ? { kind: 'absent' as const } : { kind: 'match' as const, etag: namedForm(named) } }),",
      },
    ],
    suites: [engine('cycle-races.test.ts'), engine('swap.test.ts'), engine('register.test.ts')],
    breaks: /two clients commit at once|nothing lost/,
  },
  {
    name: 'force release without comparing',
    edits: [
      {
        file: 'core/format/lease-record.ts',
        find: 'if (head.lease?.nonce !== shownNonce) return null;',
        replace: 'if (head.lease === null && shownNonce !== "") return null;',
      },
    ],
    suites: [engine('lease.test.ts'), engine('held-lease.test.ts'), engine('swap.test.ts')],
    breaks: /forc|shown/i,
  },
  {
    name: 'delete before commit',
    edits: [
      {
        file: 'engine/cycle/push.ts',
        find: 'const there = await parts.files.statAll(gone);',
        replace:
          "const there = await parts.files.statAll(gone);\n  for (const { kind, remote } of steps)\n    if (kind === 'delete-remote') for (const { object } of remote?.slices ?? []) await parts.store.delete(object);",
      },
    ],
    suites: [engine('cycle-interrupted.test.ts'), engine('cycle-races.test.ts'), engine('cycle-changes.test.ts')],
    breaks: /before the journal is written|swap never arrives/,
  },
  {
    name: 'pull that compares size only',
    edits: [
      {
        file: 'core/plan/plan.ts',
        find: 'const [b, l, r] = [base?.sha256, local?.sha256, remote?.sha256];',
        replace: 'const [b, l, r] = [base?.stamp.size, local?.stamp.size, remote?.size];',
      },
    ],
    suites: [core('plan.test.ts'), core('plan-properties.test.ts'), engine('cycle-basics.test.ts')],
    breaks: /changed (?:here|there|alike|differently)/,
  },
  {
    name: 'pull over unpushed edits',
    edits: [
      {
        file: 'core/plan/plan.ts',
        find: "return r === undefined ? 'changed-here-deleted-there' : 'both-changed';",
        replace: "return r === undefined ? 'changed-here-deleted-there' : 'download';",
      },
    ],
    suites: [core('plan.test.ts'), core('plan-properties.test.ts')],
    breaks: /changed differently/,
  },
  {
    name: 'deletes that come back',
    edits: [
      {
        file: 'core/plan/plan.ts',
        find: "if (r === b) return l === undefined ? 'delete-remote' : 'upload';",
        replace: "if (r === b) return l === undefined ? 'download' : 'upload';",
      },
    ],
    suites: [core('plan.test.ts'), core('plan-properties.test.ts')],
    breaks: /delet|gone/,
  },
  {
    name: 'hidden files skipped one way',
    edits: [
      {
        file: 'engine/root/scan.ts',
        find: 'const parsed = parseSyncPath(name);',
        replace: "if (name.startsWith('.')) continue;\n    const parsed = parseSyncPath(name);",
      },
    ],
    suites: [engine('cycle-basics.test.ts'), engine()],
    breaks: /hidden/,
  },
  {
    name: 'a lost answer read as a loss',
    edits: [
      {
        file: 'core/swap.ts',
        find: "if (found.head.nonce === sent.nonce) return 'won';",
        replace: "if (found.head.nonce === sent.nonce) return 'lost';",
      },
    ],
    suites: [engine('swap.test.ts'), engine('register.test.ts')],
    breaks: /after the effect/,
  },
  {
    name: 'monotonic time frozen in sleep',
    edits: [
      {
        file: 'core/format/lease-record.ts',
        find: 'const elapsed = Math.max(now.monotonic - sent.monotonic, now.wall - sent.wall);',
        replace: 'const elapsed = now.monotonic - sent.monotonic;',
      },
    ],
    suites: [engine('lease.test.ts')],
    breaks: /sleep|suspend|wall|stood still|wake/,
  },
  {
    name: 'base recorded without verification',
    edits: [
      {
        file: 'engine/contents/download.ts',
        find: 'if (file.sha256 === entry.sha256 && file.stamp.size === entry.size) return',
        replace: 'if (file.sha256.length === entry.sha256.length) return',
      },
    ],
    suites: [engine('cycle-damage.test.ts')],
    breaks: /one file is damaged/,
  },
  {
    name: 'a packed content taken unverified',
    edits: [
      {
        file: 'engine/contents/fetch-together.ts',
        find: '} else if (file.sha256 === entry.sha256) {',
        replace: '} else if (file.sha256.length === entry.sha256.length) {',
      },
    ],
    suites: [engine('packs.test.ts')],
    breaks: /a bit that flips in a pack/,
  },
  {
    name: 'held-back paths whose base advances',
    edits: [
      {
        file: 'engine/cycle/pull-changes.ts',
        find: 'const steps = sight.plan.steps.filter((step) => TOUCHES_DISK.has(step.kind));',
        replace:
          'for (const { path, local, remote } of sight.plan.conflicts)\n    if (local && remote) ledger.advance([{ path, sha256: remote.sha256, stamp: local.stamp, seenAt: sight.scan.at }], []);\n  const steps = sight.plan.steps.filter((step) => TOUCHES_DISK.has(step.kind));',
      },
    ],
    suites: [engine('cycle-changes.test.ts'), engine()],
    breaks: /conflict/,
  },
  {
    name: 'a decision that lands late gives way to what it overruled',
    edits: [
      {
        file: 'engine/cycle/settle.ts',
        find: '!before.has(path) ||',
        replace: '!before.has(path) || before.size > 0 ||',
      },
    ],
    suites: [engine('cycle-interrupted.test.ts')],
    breaks: /decision that lands late/,
  },
  {
    name: 'no journal between effect and base',
    edits: [
      {
        file: 'engine/cycle/push.ts',
        find: '      ...journal,\n      { commitId: id, generation, nonce: head.nonce, named, entries: advanced, removed, overruled },\n',
        replace:
          '      ...journal,\n      ...(head.nonce === named ? [{ commitId: id, generation, nonce: head.nonce, named, entries: advanced, removed, overruled }] : []),\n',
      },
    ],
    suites: [engine('cycle-interrupted.test.ts'), engine('cycle-races.test.ts')],
    breaks: /her change, not ours|known to be our own/,
  },
  {
    name: 'an unreadable file read as gone',
    edits: [
      {
        file: 'core/plan/plan.ts',
        find: 'refused.has(path) || coveredBy(local.unknown, path) || local.isExcluded(path)',
        replace: 'refused.has(path) || coveredBy(new Map(), path) || local.isExcluded(path)',
      },
    ],
    suites: [core('plan.test.ts'), core('plan-properties.test.ts')],
    breaks: /unknown|unread|cannot be read/,
  },
  {
    name: 'an excluded file read as gone',
    edits: [
      {
        file: 'core/plan/plan.ts',
        find: 'coveredBy(local.unknown, path) || local.isExcluded(path)) continue;',
        replace: 'coveredBy(local.unknown, path)) continue;',
      },
    ],
    suites: [core('plan.test.ts'), core('plan-properties.test.ts')],
    breaks: /exclu/,
    unseen: 'nothing is excluded in it',
  },
  {
    name: 'reuse of an object from history',
    edits: [
      {
        file: 'engine/contents/send-contents.ts',
        find: 'if (!slice || !isReadable(codec, slice) || !canHold(slice, length)) return null;',
        replace:
          'if (!slice || !isReadable(codec, slice) || !canHold(slice, length)) return null;\n    if (slice.object !== "") return slice;',
      },
    ],
    suites: [engine('cycle-transfer.test.ts'), engine('cycle-interrupted.test.ts'), engine()],
    breaks: /looked for, not believed/,
  },
  {
    name: 'chunks taken from history',
    edits: [
      {
        file: 'engine/contents/standing.ts',
        find: 'const found = new Map<Sha256, Slice>();',
        replace:
          'const all = globalThis as { found?: Map<Sha256, Slice> };\n  all.found ??= new Map();\n  const found = all.found;',
      },
    ],
    suites: [engine('cycle-transfer.test.ts')],
    breaks: /only the history names/,
  },
  {
    name: 'what stands in the commit believed, not looked for',
    edits: [
      {
        file: 'engine/contents/standing.ts',
        find: '((await sizeOf(object)) ?? -1) >= offset + length;',
        replace: '((await sizeOf(object)) ?? offset + length) >= 0;',
      },
    ],
    suites: [engine('standing.test.ts')],
    breaks: /is sent again/,
    unseen: 'nothing is lost from its bucket that is not repaired',
  },
  {
    name: 'the hash that a slice says not compared',
    edits: [
      {
        file: 'engine/verify/check-content.ts',
        find: 'if (named !== null && named !== (isCut ? part.digest() : entry.sha256)) others.push(slice);',
        replace: 'if (named === null) others.push(slice);',
      },
    ],
    suites: [{ layer: 'hostile', file: 'slice-hashes.test.ts' }],
    breaks: /verify names that file/,
    unseen: 'nobody in it writes a false hash',
  },
  {
    name: 'a moved-aside file dropped unhashed',
    edits: [
      {
        file: 'engine/cycle/apply.ts',
        find: 'if ((await files.hashAside(aside)) !== step.local?.sha256)',
        replace: 'if (step.local === null)',
      },
      {
        file: 'engine/cycle/settle.ts',
        find: 'if (known.some(({ expected }) => expected === sha256)) continue;',
        replace: 'if (sha256 !== "") continue;',
      },
    ],
    suites: [engine('cycle-races.test.ts'), engine('staging-sweep.test.ts'), engine()],
    breaks: /handle|written|late|kept/,
  },
  {
    name: 'what a run that died did taken into the base before it is durable',
    edits: [
      {
        file: 'engine/cycle/settle.ts',
        find: 'if (intents.length > 0) await files.persistNames',
        replace: 'if (intents.length > 9e9) await files.persistNames',
      },
    ],
    suites: [story('a pull is killed at any one')],
    breaks: /the power goes after the next sync/,
  },
  {
    name: 'a folder that was moved under a pull not made durable',
    edits: [
      {
        file: 'adapters/fs/local-files.ts',
        find: 'if (!isComplete) await persistNames(() => false);',
        replace: '',
      },
    ],
    suites: [story('a folder is moved at any one')],
    breaks: /the power goes after the next sync/,
  },
  {
    name: 'the register believed from memory while a write is in doubt',
    edits: [{ file: 'engine/remote/swap-head.ts', find: '      known.doubt();\n', replace: '' }],
    suites: [engine('last-seen.test.ts')],
    breaks: /nobody confirmed|not known/,
  },
  {
    name: 'the register seen lately believed over what another process has accepted',
    edits: [
      {
        file: 'engine/cycle/last-seen.ts',
        find: 'commit?.by === holder && commit.id === meta.newest?.id;',
        replace: 'commit?.by === holder && meta.newest !== undefined;',
      },
    ],
    suites: [engine('last-seen.test.ts')],
    breaks: /is not that of before again/,
  },
  {
    name: 'a push of unknown outcome forgotten where the history cannot be followed',
    edits: [
      {
        file: 'engine/cycle/settle.ts',
        find: "const isAsked = ancestry === 'cut' && ledger.meta.newest !== null;",
        replace: "const isAsked = ancestry === 'cut' && ledger.meta.newest === undefined;",
      },
    ],
    suites: [engine('unlisted.test.ts')],
    breaks: /of unknown outcome/,
  },
  {
    name: 'approving a rolled-back remote that deletes',
    edits: [
      {
        file: 'engine/cycle/cycle-notes.ts',
        find: '  ledger.discard();\n',
        replace: '',
      },
    ],
    suites: [engine('cycle-safety.test.ts'), engine('cycle-damage.test.ts')],
    breaks: /nothing is deleted/,
  },
  {
    name: 'unsafe path join',
    edits: [
      {
        file: 'core/paths/sync-path.ts',
        find: "if (segment === '.' || segment === '..') return `the path contains the segment \"${segment}\"`;",
        replace: '',
      },
      {
        file: 'core/paths/sync-path.ts',
        find: "if (segment.endsWith('.') || segment.endsWith(' ')) return",
        replace: "if (segment !== '..' && segment !== '.' && (segment.endsWith('.') || segment.endsWith(' '))) return",
      },
    ],
    suites: [core('sync-path.test.ts')],
    breaks: /\.\.|segment/,
    unseen: 'its people name no such paths',
  },
  {
    name: 'the last fence against a path out of the root taken down',
    edits: [
      {
        file: 'adapters/fs/guarded-path.ts',
        find: "const foul = names.find((name) => ['', '.', '..'].includes(name) || /[/\\\\]/.test(name) || name.includes('\\0'));",
        replace: "const foul = names.find((name) => name === '');",
      },
      {
        file: 'adapters/fs/guarded-path.ts',
        find: 'return isWhereItSays(top, folder)',
        replace: 'return folder.ino >= 0',
      },
    ],
    suites: [engine('fs/outside.test.ts'), engine('fs/install.test.ts')],
    breaks: /refused: 'a parent segment'|leads nowhere else/,
    unseen: 'its people name no such paths',
  },
  {
    name: 'link followed',
    edits: [
      {
        file: 'adapters/fs/guarded-path.ts',
        find: "      if (!stats.isDirectory())\n        return { kind: 'blocked', reason: `\\`${path.slice(top.path.length + 1)}\\` is ${kindOf(stats)}` };\n",
        replace: '',
      },
      {
        file: 'adapters/fs/guarded-path.ts',
        find: 'return isWhereItSays(top, folder)',
        replace: 'return folder.ino >= 0',
      },
    ],
    suites: [engine('fs/outside.test.ts'), engine('fs/install.test.ts'), engine('fs/moved.test.ts')],
    breaks: /link/,
  },
  {
    name: 'a folder below a link taken for one of the root',
    edits: [
      {
        file: 'adapters/fs/guarded-path.ts',
        find: 'realpathSync.native(path) === path;',
        replace: "path !== '';",
      },
    ],
    suites: [engine('fs/outside.test.ts')],
    breaks: /link/,
  },
  {
    name: 'a folder held through the mounts of another process',
    edits: [
      {
        file: 'adapters/fs/mount.ts',
        find: 'return mount !== undefined && ',
        replace: 'return mount !== undefined || ',
      },
    ],
    suites: [engine('fs/mounted.test.ts')],
    breaks: /reached through another/,
    unseen: 'all its processes have one tree of mounts',
  },
  {
    name: 'a file read in a folder that was moved away',
    edits: [
      {
        file: 'adapters/fs/open-file.ts',
        find: '!held.has(fd, name) || ',
        replace: '',
      },
    ],
    suites: [engine('fs/held-folder.test.ts')],
    breaks: /moved out of the root/,
    unseen: 'its people make no links to what they move away',
  },
  {
    name: 'case or Unicode twins merged',
    edits: [
      {
        file: 'core/paths/sync-path.ts',
        find: 'return foldCase(path);',
        replace: 'return foldCase(path).length < 0 ? "" : path;',
      },
    ],
    suites: [core('collisions.test.ts'), core('plan.test.ts')],
    breaks: /case|Unicode|twin/,
  },
  {
    name: 'whole file in memory',
    edits: [
      {
        file: 'core/plan/cut-chunks.ts',
        find: 'most: 8 << 20 };',
        replace: 'most: 2 ** 40 };',
      },
    ],
    suites: [{ layer: 'cli', file: 'memory.test.ts' }, engine('cycle-transfer.test.ts')],
    breaks: /within 300 MiB/,
    unseen: 'its files are small',
  },
  {
    name: 'mark of the root looked for and not compared',
    edits: [
      {
        file: 'engine/cycle/safety-facts.ts',
        find: 'if (mark === rootMark) return null;',
        replace: 'if (mark !== null) return null;',
      },
    ],
    suites: [engine('cycle-safety.test.ts')],
    breaks: /another folder lies in its place/,
  },
  {
    name: 'root marked only once a sync has ended',
    edits: [
      {
        file: 'engine/cycle/cycle-notes.ts',
        find: 'if (run.ledger.entries.size === 0) await markRoot(run);',
        replace: 'if (run.ledger.entries.size < 0) await markRoot(run);',
      },
    ],
    suites: [engine('first-sync.test.ts')],
    breaks: /its state is lost, and a colleague deletes a file/,
    unseen: 'a state is seldom lost in it right after a first sync that died',
  },
  {
    name: 'told, and taken from memory',
    edits: [
      {
        file: 'adapters/fs/remembered-walk.ts',
        find: 'if (told.has(path) || !found.isSettled',
        replace: 'if (!found.isSettled',
      },
    ],
    suites: [engine('recall.test.ts')],
    breaks: /what was told is pushed/,
    unseen: 'it is found half a minute later, and compared with the disk before it is replaced',
  },
  {
    name: 'taken away elsewhere from memory',
    edits: [
      {
        file: 'engine/cycle/sight.ts',
        find: "    plan.steps.some(({ kind }) => kind === 'delete-remote' || kind === 'forget'));",
        replace: '    plan.steps.length < 0);',
      },
    ],
    suites: [engine('recall.test.ts')],
    breaks: /is looked at whole before it takes anything away elsewhere/,
    unseen: 'a push looks once more whether what it deletes is gone',
  },
  {
    name: 'batch barrier that drops errors',
    edits: [
      {
        file: 'engine/each.ts',
        find: '        failed = true;\n        throw error;',
        replace: '        failed = error === null;',
      },
    ],
    suites: [engine('each.test.ts')],
    breaks: /of two failures one is told/,
  },
];
