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
      let base: string | null | undefined;
      const refusal: Refusal = {
        looks() {
          before = all.length;
          base = recordOf(disk);
        },
        refused() {
          for (const what of new Set(all.slice(before)))
            blame(9, `client ${client + 1}: a sync that was refused ${what}`);
          if (base !== undefined && !isAsBefore(recordOf(disk), base))
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

/** Its record; undefined where a commit waits for its outcome, or a run has died: what is known of those goes into the base, whatever is planned then. */
function recordOf(disk: Disk<Process>): string | null | undefined {
  const isWaiting = ['journal.json', 'apply.json'].some((name) => recordText(disk, name) !== null);
  return isWaiting ? undefined : recordText(disk, 'base.jsonl');
}

function memoryOf(text: string): Memory {
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

function isAsBefore(now: string | null | undefined, before: string | null): boolean {
  if (now === before || now === undefined) return now === before;
  const [one, other] = [now, before].map((text) => (text === null ? null : memoryOf(text)));
  if (!one || !other) return one === other;
  return one.inStep === other.inStep && one.epoch >= other.epoch && one.generation >= other.generation;
}
