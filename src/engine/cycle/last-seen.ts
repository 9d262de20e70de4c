import type { Head } from '../../core/format/records.ts';
import { JUST_NOW_MS, type RegisterState } from '../remote/register.ts';
import type { Ledger } from '../state/ledger.ts';
import type { Run } from './run.ts';

/** Of a register that few write to, so long ago that another has written since is unlikely. */
const LATELY_MS = 30_000;

/** The register that a cycle plans on. */
export interface Beginning {
  readonly state: RegisterState;
  /** `now`: it was read for this cycle. `lately`: only a swap that the store takes shows that it still stands. */
  readonly stood: 'now' | 'just now' | 'lately';
}

/**
 * A reading of the register, or where `fromLastSeen` allows what this process saw lately. A push that then loses has sent in vain:
 * so only where the last commit is from here, too, for who wrote last is the likeliest to write next.
 */
export async function beginFrom({
  parts,
  options,
  ledger,
}: Pick<Run, 'parts' | 'options' | 'ledger'>): Promise<Beginning> {
  const { register, identity, base } = parts;
  const seen = options.fromLastSeen === true ? register.lately(LATELY_MS) : null;
  // Another process of this workspace may have seen more; and over a commit whose outcome is open what stands now decides.
  if (seen?.head && !isBehind(seen.head, ledger) && (await base.journal()).length === 0) {
    if (register.lately(JUST_NOW_MS) === seen) return { state: seen, stood: 'just now' };
    if (isOwn(seen.head, identity.holder, ledger)) return { state: seen, stood: 'lately' };
  }
  return { state: await register.read(options.signal), stood: 'now' };
}

const isBehind = ({ epoch, commit }: Head, { meta }: Ledger): boolean =>
  epoch < meta.epoch || (commit?.generation ?? 0) < (meta.newest?.generation ?? 0);

/** And the last that was seen here by any process: one may have accepted an older register since, where this commit is given up. */
const isOwn = ({ commit }: Head, holder: string, { meta }: Ledger): boolean =>
  commit?.by === holder && commit.id === meta.newest?.id;
