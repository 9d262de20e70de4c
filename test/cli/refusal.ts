import { expect } from 'vitest';
import type { Workspaces } from './harness.ts';
import type { Ended } from './program.ts';
import { objects, tree } from './sides.ts';

export interface Refusal {
  readonly code: number;
  readonly kind: string;
  /** In the message, and what the person can do. */
  readonly says: string | RegExp;
  readonly remedy: string | RegExp;
}

export interface Attempt {
  readonly workspace: string;
  readonly prefix: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Breaks something for the time of the command; gives back how to mend it. */
  readonly meanwhile?: () => () => void;
}

/** The command is refused with that code, kind and words; neither the workspace nor the bucket changes, and no secret is shown. */
export async function expectRefused(rig: Workspaces, attempt: Attempt, refusal: Refusal): Promise<Ended> {
  const { workspace, prefix, args = ['sync'], env, meanwhile } = attempt;
  const before = await bothSides(rig, workspace, prefix);
  const mend = meanwhile?.();
  const ended = await rig.cli(workspace, [...args, '--json'], env);
  mend?.();
  const { code, kind, says, remedy } = refusal;
  expect([ended.code, ended.json()]).toMatchObject([
    code,
    { schema: 1, ok: false, error: { kind, message: saying(says), remedy: saying(remedy) } },
  ]);
  expect(await bothSides(rig, workspace, prefix)).toEqual(before);
  expect(ended.stdout + ended.stderr).not.toContain(rig.place.credentials.secretAccessKey);
  // What the SDK would print by itself is for developers.
  expect(ended.stderr).not.toContain('@aws-sdk');
  return ended;
}

const saying = (words: string | RegExp): unknown =>
  typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words);

/** All that a refused command must leave as it was. */
export async function bothSides(rig: Workspaces, workspace: string, prefix: string): Promise<unknown> {
  return { here: tree(workspace), there: await objects(rig.place, prefix) };
}
