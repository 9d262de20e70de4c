import * as vscode from 'vscode';
import { SyncError, type SyncErrorKind } from '../core/errors.ts';
import type { Log } from '../engine/ports.ts';
import { said, t } from './l10n.ts';
import { failureTitle } from './render/failure-title.ts';
import { unlinked } from './render/unlinked.ts';

export interface Action {
  readonly label: string;
  /** A command of this window, or a function. */
  readonly run: string | (() => unknown);
}

/** Messages to the person. None of these waits for an answer: what a button does happens when it is pressed. */
export interface Notices {
  info(text: string, ...actions: Action[]): void;
  warn(text: string, ...actions: Action[]): void;
  /** What the person started has failed. Says nothing where they stopped it themselves. */
  failed(error: unknown): void;
  /** News nobody asked for: only while no other is open, and never again once the person says so. */
  news(topic: string, text: string, ...actions: Action[]): void;
  /** What the news was about is settled: a message nobody has closed yet holds up no other. */
  settled(topic: string): void;
}

type Show = (text: string, ...buttons: string[]) => Thenable<string | undefined>;

export function openNotices(memory: vscode.Memento, log: Log): Notices {
  let openTopic: string | null = null;

  function show(how: Show, text: string, actions: readonly Action[]): Promise<void> {
    return Promise.resolve(how(unlinked(text), ...actions.map(({ label }) => label))).then(
      async (chosen) => {
        const run = actions.find(({ label }) => label === chosen)?.run;
        if (typeof run === 'string') await vscode.commands.executeCommand(run);
        else await run?.();
      },
      (error: unknown) => log.warn(`a message could not be shown: ${String(error)}`),
    );
  }

  return {
    info: (text, ...actions) => void show(vscode.window.showInformationMessage, text, actions),
    warn: (text, ...actions) => void show(vscode.window.showWarningMessage, text, actions),
    failed(error) {
      const { kind, message, remedy } = describe(error);
      // The status told it already, and what can be done is the same.
      if (kind === 'cancelled' || (kind === 'veto' && openTopic === 'veto')) return;
      log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      void show(vscode.window.showErrorMessage, sentences(`${failureTitle(kind)}: ${said(message)}`, said(remedy)), [
        ...waysOut(kind),
        showLog(),
      ]);
    },
    news(topic, text, ...actions) {
      const key = `datastore.silenced:${topic}`;
      if (openTopic !== null || memory.get(key) === true) return;
      openTopic = topic;
      const silence: Action = { label: t("Don't Show Again"), run: () => memory.update(key, true) };
      void show(vscode.window.showWarningMessage, text, [...actions, silence]).finally(() => {
        if (openTopic === topic) openTopic = null;
      });
    },
    settled(topic) {
      if (openTopic === topic) openTopic = null;
    },
  };
}

const showLog = (): Action => ({ label: t('Show Log'), run: 'datastore.showLog' });

function describe(error: unknown): { readonly kind: SyncErrorKind; readonly message: string; readonly remedy: string } {
  if (error instanceof SyncError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', message, remedy: '' };
}

/** `It failed. Try again.` from parts with or without a full stop. */
function sentences(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => part.replace(/(?<![.!?…])$/, '.'))
    .join(' ');
}

/** What the window can do about it. */
function waysOut(kind: SyncErrorKind): readonly Action[] {
  switch (kind) {
    case 'credentials':
    case 'denied':
      return [{ label: t('Sign In…'), run: 'datastore.signIn' }];
    case 'veto':
    case 'moved':
      return [{ label: t('Preview…'), run: 'datastore.preview' }];
    case 'config':
    case 'not-set-up':
    case 'bucket':
      return [{ label: t('Open Configuration'), run: 'datastore.openConfiguration' }];
    case 'locked':
    case 'lease-lost':
      return [{ label: t('Show Status'), run: 'datastore.showStatus' }];
    default:
      return [];
  }
}
