import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import { type PhaseCosts, phaseText, withPhaseCosts } from '../../src/engine/phase-costs.ts';
import { openWorld } from '../support/replica.ts';

/* What each phase of a cycle took, beside what the whole of it took. */

function measuredAlice() {
  const world = openWorld();
  const alice = world.replica('alice');
  const told: PhaseCosts[] = [];
  const costs = () => ({ ...alice.store.traffic, retries: 0 });
  const { datastore } = alice;
  const measured = withPhaseCosts(datastore, { clock: systemClock, costs, told: (one) => void told.push(one) });
  const sum = (field: 'requests' | 'bytesUp' | 'bytesDown') => told.reduce((all, one) => all + one[field], 0);
  return { alice, measured, told, sum };
}

test('the phases come in order and add up to the report', async () => {
  const { alice, measured, told, sum } = measuredAlice();
  alice.write('a.txt', 'one');
  const report = await measured.sync();
  expect(told.map(({ phase }) => phase)).toEqual(['connecting', 'scanning', 'uploading', 'committing']);
  expect(sum('requests')).toBeGreaterThanOrEqual(report.requests);
  expect([sum('bytesUp'), sum('bytesDown')]).toEqual([report.bytesUp, report.bytesDown]);
});

test('progress still arrives, and a cycle that fails tells its last phase', async () => {
  const { alice, measured, told } = measuredAlice();
  alice.write('a.txt', 'one');
  alice.store.plan({ on: 'put', key: /^/, fault: { kind: 'fail-before', error: 'denied' } });
  const seen: string[] = [];
  await expect(measured.sync({ onProgress: ({ phase }) => void seen.push(phase) })).rejects.toThrow();
  expect(seen).toContain('scanning');
  expect(told.at(-1)?.phase).toBe(seen.at(-1));
});

test('in words for a log', () => {
  const costs = { phase: 'uploading', ms: 12, requests: 3, bytesUp: 5, bytesDown: 0, retries: 1 } as const;
  expect(phaseText(costs)).toBe('uploading: 12 ms, 3 requests (1 again), 5 bytes up, 0 down');
});
