import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { type Bar, renderBar } from '../../src/vscode/render/bar.ts';
import type { Ui } from '../../src/vscode/ui.ts';

export const ID = 'datastore-sync.datastore-sync';

/** What the extension's commands stand on, from its own instance in this host. */
export async function extensionUi(): Promise<Ui> {
  const exported = await vscode.extensions.getExtension<{ readonly ui?: Ui }>(ID)?.activate();
  return exported?.ui ?? assert.fail('the extension gives its insides to tests');
}

/** What the status bar shows; null while it is hidden. */
export async function bar(): Promise<Bar | null> {
  const { folders, host } = await extensionUi();
  return renderBar(folders.named(), host.clock.now());
}

/** Polls until the status bar's label fits. */
export async function untilBar(label: RegExp, timeoutMs = 15_000): Promise<Bar> {
  return until(
    `status bar ${String(label)}`,
    bar,
    (seen) => (seen !== null && label.test(seen.label) ? seen : null),
    timeoutMs,
  );
}

export async function until<Seen, Found>(
  wanted: string,
  read: () => Seen | Promise<Seen>,
  accept: (seen: Seen) => Found | null,
  timeoutMs = 15_000,
): Promise<Found> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await read();
    const found = accept(seen);
    if (found !== null) return found;
    if (performance.now() > deadline)
      assert.fail(`${wanted}: not after ${timeoutMs} ms; seen: ${JSON.stringify(seen)}`);
    await sleep(50);
  }
}

/** A value that the test's starter put into the environment. */
export function given(name: string): string {
  const value = process.env[name];
  assert.ok(value !== undefined, `${name} is set`);
  return value;
}

/** Runs the command line as another process to its end, in a workspace. */
export function cli(
  cwd: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string }> {
  return new Promise((resolve) => {
    execFile(given('DATASTORE_TEST_NODE'), [given('DATASTORE_TEST_CLI'), ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout: `${stdout}${stderr}` });
    });
  });
}
