import * as vscode from 'vscode';
import { SyncError } from '../../core/errors.ts';
import type { SyncReport } from '../../core/status/sync-report.ts';
import type { Running } from '../folder.ts';
import type { Folders } from '../folders.ts';
import { abortedBy } from './aborted-by.ts';
import type { DatastoreApi, DatastoreExports, DatastoreStatus, DatastoreSyncResult } from './api-v1.ts';
import { describeFolder } from './describe-folder.ts';

/** What this window gives to other extensions. */
export function openApi(folders: Folders): DatastoreExports & vscode.Disposable {
  const changes = new vscode.EventEmitter<readonly DatastoreStatus[]>();
  const status = () => folders.all().map(describeFolder);
  let told = '';
  const following = folders.onChange(() => {
    const now = status();
    const text = JSON.stringify(now);
    if (text === told) return;
    told = text;
    changes.fire(now);
  });

  function runningOf(uri: vscode.Uri): Running {
    const running = folders.byId(uri.toString())?.running();
    if (running) return running;
    throw new SyncError(
      'not-set-up',
      `${uri.toString(true)} is not connected to a datastore.`,
      'Set it up, or answer the question about its connection.',
    );
  }

  const api: DatastoreApi = {
    version: 1,
    status,
    onDidChange: changes.event,
    async sync(folder, { direction = 'both', token } = {}) {
      const { coordinator } = runningOf(folder);
      const options = direction === 'both' ? {} : { direction, purpose: direction };
      return resultOf(
        await coordinator.sync({ ...options, ...(token === undefined ? {} : { signal: abortedBy(token) }) }),
      );
    },
    async withLease(folder, { purpose, waitSeconds, token }, work) {
      const { datastore, coordinator } = runningOf(folder);
      const show = () => coordinator.poll().catch(() => {});
      const lease = await datastore.acquire({
        purpose,
        ...(waitSeconds === undefined ? {} : { waitMs: waitSeconds * 1000 }),
        ...(token === undefined ? {} : { signal: abortedBy(token) }),
      });
      try {
        await show();
        return await work({ signal: lease.signal });
      } finally {
        await lease.release();
        await show();
      }
    },
  };

  return {
    getAPI(version: number) {
      if (version === 1) return api;
      throw new RangeError(`There is no version ${version} of this API, only 1.`);
    },
    dispose() {
      following.dispose();
      changes.dispose();
    },
  };
}

function resultOf(report: SyncReport): DatastoreSyncResult {
  const { generation, uploaded, downloaded, deletedLocal, deletedRemote, bytesUp, bytesDown, conflicts, problems } =
    report;
  return {
    generation,
    uploaded,
    downloaded,
    deletedLocal,
    deletedRemote,
    bytesUp,
    bytesDown,
    conflicts: conflicts.map(({ path }) => path),
    problems: problems.map(({ path, reason }) => ({ path, reason })),
  };
}
