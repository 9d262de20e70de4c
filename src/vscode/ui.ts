import type { Answers } from './answers.ts';
import type { Folders } from './folders.ts';
import type { Host } from './host.ts';
import type { Keys } from './keys.ts';
import type { Locks } from './lock/locks.ts';
import type { MergeQuestions } from './merge-questions.ts';
import type { Notices } from './notices.ts';
import type { RemoteDocuments } from './remote-documents.ts';
import type { Reports } from './reports.ts';
import type { ContentsView } from './views/contents-view.ts';
import type { WindowLog } from './window-log.ts';

/** What commands stand on. */
export interface Ui {
  readonly host: Host;
  readonly folders: Folders;
  readonly notices: Notices;
  readonly locks: Locks;
  readonly answers: Answers;
  readonly keys: Keys;
  readonly log: WindowLog;
  readonly reports: Reports;
  readonly documents: RemoteDocuments;
  readonly merges: MergeQuestions;
  /** Of this extension. */
  readonly version: string;
  readonly contents: ContentsView;
}
