import type { Asked } from '../../core/doctor/doctor-facts.ts';
import { bad, ok } from '../../core/errors.ts';
import { asSyncError } from '../remote/store-error.ts';

/** The answer, or why there is none. Rejects only when the person stops. */
export async function asked<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<Asked<T>> {
  try {
    signal?.throwIfAborted();
    return ok(await work());
  } catch (error) {
    signal?.throwIfAborted();
    const { kind, message, remedy } = asSyncError(error, 'the store');
    return bad({ kind, message: message.replace(/^the store: /, ''), remedy });
  }
}
