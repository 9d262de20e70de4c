import type { SyncErrorKind } from '../errors.ts';

export interface ReachProblem {
  readonly kind: SyncErrorKind;
  readonly message: string;
  readonly remedy: string;
}

/** What was to be done when it failed, e.g. `permission to put`. */
export type ReachedThing = `permission to ${'list' | 'get' | 'put' | 'delete'}` | 'credentials' | 'store' | 'contents';

/**
 * Why a place cannot be reached, for somebody who has just named it, and has no configuration to correct. `name` of the store, `profile`
 * that was named.
 */
export function reachProblem(
  what: ReachedThing,
  { kind, message, remedy }: ReachProblem,
  { name, profile }: { readonly name: string; readonly profile: string | null },
): ReachProblem {
  const text = message
    .replace(`${name}: `, '')
    .replace(/^(?:[A-Z]{3,6} (?:of|below) "[^"]*"|first request|search for credentials): /, '');
  const at = text.includes(name) ? text : `${name}: ${text}`;
  switch (kind) {
    case 'denied':
      return { kind, message: what.startsWith('permission') ? `${what}: ${at}` : at, remedy };
    case 'credentials': {
      const signIn = `aws sso login${profile === null ? '' : ` --profile ${profile}`}`;
      return {
        kind,
        message: at.replace(/ \(sign in[^)]*\)/, ''),
        remedy: /\bsso\b/i.test(text)
          ? `Sign in: ${signIn}`
          : `Sign in (with SSO: ${signIn}), set the AWS_ variables, or name another profile.`,
      };
    }
    case 'bucket': {
      const region = /lies in the region ([\w-]+)/.exec(text)?.[1];
      const advice = region === undefined ? 'Create the bucket, or name another.' : `Name the region ${region}.`;
      return { kind, message: text, remedy: advice };
    }
    case 'offline':
      return { kind, message: at, remedy: 'Check the network and the endpoint, then run this again.' };
    default:
      return { kind, message: at, remedy };
  }
}
