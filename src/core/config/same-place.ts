import type { Config } from './config.ts';

/** Whether two configurations name the same place, and the same root of it. */
export const isSameRoot = (one: Config | null, other: Config | null): boolean =>
  one === null || other === null ? one === other : isSamePlace(one, other) && one.root === other.root;

/** Whether two configurations name the same place. */
export function isSamePlace(one: Config, other: Config): boolean {
  const [a, b] = [one.backend, other.backend];
  if (a.type === 's3' && b.type === 's3')
    return a.bucket === b.bucket && a.prefix === b.prefix && a.endpoint === b.endpoint;
  return a.type === 'filesystem' && b.type === 'filesystem' && a.path === b.path;
}
