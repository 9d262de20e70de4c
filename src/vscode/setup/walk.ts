import { type Draft, type Step, stepsOf } from './draft.ts';

/** What a page of the wizard came to. Cancel: the person closed it. */
export type Answer<T> =
  | { readonly kind: 'next'; readonly value: T }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancel' };

/** Where a page stands, counted from 1. */
export interface Position {
  readonly step: number;
  readonly totalSteps: number;
}

/** What an answered page leads to: these answers, and the next page or the one that is named; `go`: all is said. */
export interface Turn {
  readonly draft: Draft;
  readonly to: Step | 'next' | 'go';
}

export type AskPage = (step: Step, draft: Draft, position: Position) => Promise<Answer<Turn>>;

/** From page to page, forth and back, until the person says go; null when they leave. */
export async function walk(start: Draft, from: Step, ask: AskPage): Promise<Draft | null> {
  let draft = start;
  let at = from;
  for (;;) {
    const steps = stepsOf(draft);
    const index = Math.max(0, steps.indexOf(at));
    const answer = await ask(at, draft, { step: index + 1, totalSteps: steps.length });
    if (answer.kind === 'cancel') return null;
    if (answer.kind === 'back') {
      at = steps[index - 1] ?? at;
      continue;
    }
    const { to } = answer.value;
    draft = answer.value.draft;
    if (to === 'go') return draft;
    at = to === 'next' ? after(draft, at) : to;
  }
}

/** An answer may bring questions with it, or take some away. */
function after(draft: Draft, step: Step): Step {
  const steps = stepsOf(draft);
  return steps[steps.indexOf(step) + 1] ?? 'plan';
}
