import { SyncError, type SyncErrorKind } from '../core/errors.ts';
import type { Clock, Log } from '../engine/ports.ts';
import { said, t } from './l10n.ts';
import { failureTitle } from './render/failure-title.ts';
import { unlinked } from './render/unlinked.ts';
import type { Screen, Show } from './screen.ts';
import type { Target } from './views/target.ts';

export interface Action {
  readonly label: string;
  /** A command of this window, or a function. A rejection is told as `failed` does. */
  readonly run: string | (() => unknown);
  /** What a command is about; without it the person is asked where several folders are open. */
  readonly on?: Target | undefined;
}

/** What news are about. */
export interface Occasion {
  /** The person can silence it for good. */
  readonly topic: string;
  /** The id of a folder. */
  readonly folder: string;
}

/** Messages to the person, without links. None of these waits for an answer: what a button does happens when it is pressed. */
export interface Notices {
  info(text: string, ...actions: Action[]): void;
  warn(text: string, ...actions: Action[]): void;
  /** What the person started has failed; with the name of the folder where several are open. Says nothing where they stopped it themselves. */
  failed(error: unknown, on?: Target | null): void;
  /**
   * News nobody asked for: after those that are open or wait, once where it is one of them or lies unanswered in the notification
   * centre, and never again once the person says so.
   */
  news(occasion: Occasion, text: string, ...actions: Action[]): void;
  /** What the news was about is settled: it waits no more, and a message nobody has closed yet holds up no other. */
  settled(occasion: Occasion): void;
}

/** What outlives the window. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

interface News extends Occasion {
  readonly text: string;
  readonly actions: readonly Action[];
}

/** VS Code has put what nobody answers into the notification centre by then: it is in nobody's sight any more. */
const IN_SIGHT_MS = 20_000;

/** What was asked for is shown at once, news one after another. */
export function openNotices(screen: Screen, memory: Memory, log: Log, clock: Pick<Clock, 'after'>): Notices {
  /** In sight. */
  let open: News | null = null;
  /** In the notification centre. */
  let unanswered: readonly News[] = [];
  let waiting: readonly News[] = [];

  async function show(how: Show, text: string, actions: readonly Action[]): Promise<void> {
    const chosen = await Promise.resolve(how(unlinked(text), ...actions.map(({ label }) => label))).catch(
      (error: unknown) => log.warn(`a message could not be shown: ${String(error)}`),
    );
    const { run, on } = actions.find(({ label }) => label === chosen) ?? {};
    try {
      if (typeof run === 'string') await screen.runCommand(run, on);
      else await run?.();
    } catch (error) {
      failed(error, on);
    }
  }

  function failed(error: unknown, on?: Target | null): void {
    const { kind, message, remedy } = describe(error);
    if (kind === 'cancelled') return;
    // In sight already, and what can be done is the same.
    if (kind === 'veto' && open?.topic === 'veto' && open.text.includes(said(message))) return;
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const where = on && screen.hasSeveralFolders() ? `“${on.folder.workspace.name}” — ` : '';
    void show(screen.error, sentences(`${where}${failureTitle(kind)}: ${said(message)}`, said(remedy)), [
      ...waysOut(kind).map((action) => ({ ...action, on: on ?? undefined })),
      showLog(),
    ]);
  }

  function showNext(): void {
    if (open !== null) return;
    const [next, ...rest] = waiting;
    if (next === undefined) return;
    waiting = rest;
    const silenced = silencedKey(next.topic);
    // Silenced, maybe, while it waited.
    if (memory.get(silenced) === true) return showNext();
    open = next;
    const silence: Action = { label: t("Don't Show Again"), run: () => memory.update(silenced, true) };
    const giveWay = () => {
      if (open !== next) return;
      open = null;
      showNext();
    };
    const cancel = clock.after(IN_SIGHT_MS, () => {
      if (open === next) unanswered = [...unanswered, next];
      giveWay();
    });
    void show(screen.warn, next.text, [...next.actions, silence]).finally(() => {
      cancel();
      unanswered = unanswered.filter((one) => one !== next);
      giveWay();
    });
  }

  return {
    info: (text, ...actions) => void show(screen.info, text, actions),
    warn: (text, ...actions) => void show(screen.warn, text, actions),
    failed,
    news(occasion, text, ...actions) {
      if ([...unanswered, ...(open === null ? [] : [open])].some((one) => isSame(one, occasion))) return;
      waiting = [...waiting.filter((one) => !isSame(one, occasion)), { ...occasion, text, actions }];
      showNext();
    },
    settled(occasion) {
      const isOther = (one: News) => !isSame(one, occasion);
      waiting = waiting.filter(isOther);
      unanswered = unanswered.filter(isOther);
      if (open !== null && isSame(open, occasion)) open = null;
      showNext();
    },
  };
}

const silencedKey = (topic: string): string => `datastore.silenced:${topic}`;
const isSame = (one: Occasion, other: Occasion): boolean => one.topic === other.topic && one.folder === other.folder;
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
