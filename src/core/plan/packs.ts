import { compareByUtf8 } from '../paths/sync-path.ts';
import type { Step } from './plan.ts';

/** Which files travel together in one object. */
export interface PackShape {
  /** Larger files travel by themselves; bytes. */
  readonly fileBytes: number;
  /** Contents of one pack together, in bytes. */
  readonly packBytes: number;
  /** Files of one pack: each is opened, read and looked at again while the pack waits. */
  readonly files: number;
}

export interface PackLimits extends PackShape {
  /** Contents that were read to plan with, in bytes, that stay in memory until they are sent: they are not read twice. */
  readonly keptBytes: number;
}

export const PACK_LIMITS: PackLimits = { fileBytes: 256 << 10, packBytes: 8 << 20, files: 1_000, keptBytes: 64 << 20 };

/** The uploads of a push in groups: each of several is a pack of small files, in the order of their paths. */
export function planPacks(steps: readonly Step[], limits: PackShape): readonly (readonly Step[])[] {
  const isSmall = (step: Step) => !step.reuse && sizeOf(step) > 0 && sizeOf(step) <= limits.fileBytes;
  const small = steps.filter(isSmall).toSorted((a, b) => compareByUtf8(a.path, b.path));
  const alone = steps.filter((step) => !isSmall(step)).map((step) => [step]);
  return [...cut(small, limits), ...alone];
}

function* cut(steps: readonly Step[], { packBytes, files }: PackShape): Iterable<readonly Step[]> {
  let pack: Step[] = [];
  let bytes = 0;
  for (const step of steps) {
    if (pack.length > 0 && (pack.length === files || bytes + sizeOf(step) > packBytes)) {
      yield pack;
      pack = [];
      bytes = 0;
    }
    pack.push(step);
    bytes += sizeOf(step);
  }
  if (pack.length > 0) yield pack;
}

const sizeOf = ({ local }: Step): number => local?.stamp.size ?? 0;
