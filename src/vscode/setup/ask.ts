import * as vscode from 'vscode';
import { choiceRows, type Question, type Row } from './questions.ts';
import type { Answer, Position } from './walk.ts';

/** Where a page stands, and what it is about. */
export interface Page extends Position {
  readonly title: string;
}

/** Asks for a text; one that will not do says why while it is typed, and is not taken. */
export function askText(
  page: Page,
  question: Question,
  value: string,
  problemOf: (text: string) => string | null,
): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  box.value = value;
  box.prompt = question.prompt;
  box.placeholder = question.example;
  box.password = question.kind === 'secret';
  return open(box, page, (answer) => {
    const check = (): string | null => {
      const problem = problemOf(box.value);
      box.validationMessage = problem ?? '';
      return problem;
    };
    // An empty box is not wrong before anything is typed.
    if (value !== '') check();
    return [
      box.onDidChangeValue(check),
      box.onDidAccept(() => {
        if (check() === null) answer(box.value.trim());
      }),
    ];
  });
}

/** What is offered at once, and what is found while the person looks. */
export interface Offer {
  readonly rows: readonly Row[];
  readonly more?: ((signal: AbortSignal) => Promise<readonly Row[]>) | undefined;
}

/** Asks to choose a row, or to type another answer where the question allows one. */
export function askChoice(
  page: Page,
  question: Question,
  value: string,
  offer: Offer,
  problemOf: (text: string) => string | null,
): Promise<Answer<string>> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & Row>();
  pick.placeholder = question.prompt;
  const stop = new AbortController();
  let offered = offer.rows;
  const draw = (active: string | null): void => {
    pick.items = choiceRows(question, offered, pick.value, problemOf).map((row) => ({
      ...row,
      alwaysShow: row.stays === true,
    }));
    const [found] = pick.items.filter((item) => active !== null && item.value === active);
    if (found !== undefined) pick.activeItems = [found];
  };
  draw(value);
  if (offer.more !== undefined) {
    pick.busy = true;
    void offer.more(stop.signal).then((rows) => {
      if (stop.signal.aborted) return;
      pick.busy = false;
      offered = rows;
      draw(pick.activeItems[0]?.value ?? value);
    });
  }
  return open(pick, page, (answer) => [
    { dispose: () => stop.abort() },
    pick.onDidChangeValue(() => draw(null)),
    pick.onDidAccept(() => {
      const chosen = pick.activeItems[0]?.value;
      if (chosen !== undefined && chosen !== null) answer(chosen);
    }),
  ]);
}

/** Shows a box with Back and its place in the wizard, until it is answered, left or closed. */
export function open<T>(
  box: vscode.QuickInput & {
    buttons: readonly vscode.QuickInputButton[];
    readonly onDidTriggerButton: vscode.Event<vscode.QuickInputButton>;
  },
  { title, step, totalSteps }: Page,
  listen: (answer: (value: T) => void) => readonly vscode.Disposable[],
): Promise<Answer<T>> {
  return new Promise((resolve) => {
    Object.assign(box, { title, step, totalSteps, ignoreFocusOut: true });
    box.buttons = step > 1 ? [vscode.QuickInputButtons.Back] : [];
    const own: vscode.Disposable[] = [];
    const end = (answer: Answer<T>): void => {
      // Before the box goes: closing it is an event, too, and must not answer again.
      for (const one of own.splice(0)) one.dispose();
      box.dispose();
      resolve(answer);
    };
    own.push(
      box.onDidTriggerButton(() => end({ kind: 'back' })),
      box.onDidHide(() => end({ kind: 'cancel' })),
      ...listen((value) => end({ kind: 'next', value })),
    );
    box.show();
  });
}
