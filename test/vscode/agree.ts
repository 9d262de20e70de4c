import assert from 'node:assert/strict';
import { placeOf } from '../../src/vscode/place.ts';
import { describe, it } from './harness.ts';
import { extensionUi, untilBar } from './in-host.ts';

/** Answers the first connection with a yes. */
export async function agree(): Promise<void> {
  await untilBar(/waiting for your answer/);
  const { folders, answers } = await extensionUi();
  const folder = folders.all()[0] ?? assert.fail('a folder');
  const state = folder.state();
  const place = state.kind === 'asking' ? placeOf(state.config) : null;
  assert.ok(place !== null);
  await answers.set(folder.id, place, 'connect');
  await folder.reload();
  await untilBar(/in step/);
}

export const agreed = describe('a workspace on S3', [it('is connected after a yes', agree)]);
