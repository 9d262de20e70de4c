import type { Held } from '../../core/plan/plan.ts';
import type { RemoteView } from '../remote/remote-log.ts';
import type { Scan } from '../root/scan.ts';

/** Paths of the root that could not be read or may not travel, for the report. */
export function unknownPaths(scan: Scan): readonly Held[] {
  return [...scan.unknown].filter(([path]) => !scan.irregular.has(path)).map(([path, reason]) => ({ path, reason }));
}

/** Links and the like that stand where the remote has files: those cannot come here. */
export function blockedPaths(scan: Scan, tree: RemoteView['tree']): readonly Held[] {
  if (scan.irregular.size === 0) return [];
  const blocking = new Set<string>();
  for (const path of tree.keys()) {
    for (let at: string = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      if (scan.irregular.has(at)) blocking.add(at);
    }
  }
  return [...blocking].map((path) => ({
    path,
    reason: `${scan.irregular.get(path)}, and the remote has a file or folder of this name`,
  }));
}
