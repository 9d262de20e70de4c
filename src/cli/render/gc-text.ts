import type { GarbageReport } from '../../core/garbage/garbage-report.ts';
import { bytesText, countText, durationText } from '../../core/quantities.ts';
import type { Paint } from './paint.ts';

/** What was collected, or would be. */
export function garbageLines(report: GarbageReport, isDry: boolean, paint: Paint): string[] {
  const { generation, kept, oldest, holder, commits, shards, objects, bytes, requests, ms } = report;
  if (generation === null) return ['Nothing was ever pushed here: there is nothing to collect.'];
  const from = oldest ?? generation;
  const span = from === generation ? `generation ${generation}` : `generations ${from} to ${generation}`;
  const history = `Kept ${countText(kept, 'commit')}, ${span}.`;
  const parts = [countText(objects, 'object'), countText(shards, 'index shard'), countText(commits, 'commit')];
  const what = `${parts[0]}, ${parts[1]} and ${parts[2]} (${bytesText(bytes)})`;
  const isClean = objects + shards + commits === 0;
  const done = isDry ? `Would delete ${what}.` : `${paint.good('Deleted')} ${what}.`;
  return [
    isClean ? 'There is no garbage.' : done,
    history,
    ...(holder === null ? [] : [`The lease is held by ${holder}: what it wrote is not counted.`]),
    paint.dim(`${countText(requests, 'request')} in ${durationText(ms)}`),
    ...(isDry && !isClean ? ['', 'Nothing was changed (dry run).'] : []),
  ];
}
