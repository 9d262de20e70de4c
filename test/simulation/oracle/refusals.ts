import type { Disk } from '../disk/node.ts';
import type { Process } from '../machine.ts';
import { recordText } from '../state-folder.ts';
import type { Blame } from './invariants.ts';

/** What programs change, for syncs that must have changed nothing. */
export interface Refusals {
  /** A program has changed something: `what` in plain words. */
  changes(by: Process, what: string): void;
  /** A program has read another register than the one it knew. */
  learns(by: Process): void;
  /** Of a sync that begins now. */
  watch(by: Process): Refusal;
}

export interface Refusal {
  /** It begins to look at both sides, maybe anew, or at another register: what it did before was of an earlier plan. */
  looks(): void;
  /** It ended in a veto: nothing of its last plan may be done, and what it remembers is what it remembered. */
  refused(): void;
}

export function watchRefusals(blame: Blame): Refusals {
  const done = new WeakMap<Process, string[]>();
  const watched = new WeakMap<Process, Refusal>();
  const doneBy = (by: Process): string[] => {
    let all = done.get(by);
    if (all === undefined) done.set(by, (all = []));
    return all;
  };
  return {
    changes: (by, what) => void doneBy(by).push(what),
    learns: (by) => watched.get(by)?.looks(),
    watch(by) {
      const { disk, client } = by.machine;
      const all = doneBy(by);
      let before = all.length;
      let base: Memory | undefined;
      const refusal: Refusal = {
        looks() {
          before = all.length;
          base = memoryOf(disk);
        },
        refused() {
          for (const what of new Set(all.slice(before)))
            blame(9, `client ${client + 1}: a sync that was refused ${what}`);
          if (base !== undefined && !isAsBefore(memoryOf(disk), base))
            blame(9, `client ${client + 1}: a sync that was refused remembers something else than before`);
        },
      };
      watched.set(by, refusal);
      return refusal;
    },
  };
}

/** What a base says; null: nothing, or there is none. */
type Memory = {
  /** All but what is below, and what was found out about the store: that is asked again, and says nothing of what is in step. */
  readonly inStep: string;
  /** Of the register as it was seen last, which may have moved on since. */
  readonly epoch: number;
  readonly generation: number;
} | null;

/** Undefined where a commit waits for its outcome, or a run has died: what is known of those goes into the base, whatever is planned then. */
function memoryOf(disk: Disk<Process>): Memory | undefined {
  if (['journal.json', 'apply.json'].some((name) => recordText(disk, name) !== null)) return undefined;
  const text = recordText(disk, 'base.jsonl');
  if (text === null) return null;
  if (parsed?.text !== text) parsed = { text, memory: parse(text) };
  return parsed.memory;
}

/** Asked for at each look at a register, and rarely another. */
let parsed: { readonly text: string; readonly memory: Memory } | null = null;

function parse(text: string): Memory {
  const [line = ''] = text.split('\n', 1);
  const { capabilities: _found, head: _seen, epoch, newest, ...rest } = JSON.parse(line) as Line;
  const says = Object.entries(rest).filter(([name, value]) => !OF_ALL.has(name) && !isBlank(value));
  if (says.length === 0 && epoch === 0) return null;
  return { inStep: JSON.stringify(rest), epoch, generation: newest?.generation ?? 0 };
}

interface Line {
  readonly [field: string]: unknown;
  readonly epoch: number;
  readonly newest?: { readonly generation: number } | null;
}

/** What is in each record. */
const OF_ALL: ReadonlySet<string> = new Set(['format', 'remote']);

const isBlank = (value: unknown): boolean =>
  value === null ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && 'count' in value && value.count === 0);

function isAsBefore(now: Memory | undefined, before: Memory): boolean {
  if (now === undefined || now === null || before === null) return now === before;
  return now.inStep === before.inStep && now.epoch >= before.epoch && now.generation >= before.generation;
}
