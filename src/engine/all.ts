/**
 * As `Promise.all`, but every one has come to rest when it answers, also after a failure: nothing may still be on its way to the
 * remote when a lease is given back. Throws the failure that stands first.
 */
export async function all<T>(promises: readonly (T | Promise<T>)[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
