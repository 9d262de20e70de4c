import { type Client, etagOf, isAlive, type JournalEntry, type Request, type World } from './world.ts';

/**
 * A text for a world in which everything that cannot change what comes is left out: names are replaced by what they are
 * equal to, numbers of epochs and generations by nothing, and the clients stand in the order of their texts, because none
 * of them refers to another except through the register. What may still go wrong is left out too (`budget.ts`). That
 * worlds with one text have the same futures is itself checked, on smaller scopes (`reduction.test.ts`).
 */
export function canonical(world: World): string {
  const clients = world.clients.map((client) => clientText(client, world));
  clients.sort();
  return `${registerText(world)}${clients.join('|')}`;
}

/** Whether there is a register, and whether a lease is in it. */
export const registerText = ({ head }: World): string => (head === null ? '0' : head.lease === null ? 'f' : 'h');

/** A client, and how it stands to the register. */
export function clientText(client: Client, world: World): string {
  const { journal, copies, leaseNonce } = client;
  let text = `${client.paused ? 'P' : ''}${client.todo}${phaseText(client, world)}`;
  // Whose process died keeps the nonce of its tenure, and may try to give it back when another has the lease.
  if (leaseNonce !== null && leaseNonce !== client.tenure?.nonce)
    text += leaseNonce === world.head?.lease?.nonce ? 'l' : 'm';
  else if (leaseNonce !== null) text += 'k';
  if (copies.length > 0) text += `c${textsOf(copies.map((copy) => requestText(copy, client, world)))}`;
  if (journal.length > 0) {
    const entries = journal.map((entry) => entryText(entry, client, world)).filter((entry) => entry !== '');
    if (entries.length > 0) text += `j${textsOf(entries)}`;
  }
  return text;
}

/** Of equal ones each can do what the other can, and the first that is stored ends the rest. */
const textsOf = (texts: readonly string[]): string =>
  texts.length === 1 ? (texts[0] ?? '') : [...new Set(texts)].toSorted().join(',');

function phaseText(client: Client, world: World): string {
  const { phase, known, plan, tenure, request } = client;
  const stands = flag(etagOf(known ?? null) === etagOf(world.head));
  switch (phase) {
    // It reads before it does anything.
    case 'idle':
      return 'i';
    case 'planned': {
      const mayPush = flag(stands === '1' && plan !== undefined && known !== null && known?.lease === null);
      const shown = world.forcible ? shownText(client, world) : '';
      return `p${stands}${mayPush}${shown}${tenureText(client, world)}`;
    }
    case 'won':
      return `w${stands}${tenureText(client, world)}`;
    case 'owner':
      return `o${stands}${flag(known?.lease?.nonce === tenure?.nonce)}${planText(client, world)}${tenureText(client, world)}`;
    case 'asking':
      return request === null ? '' : `a${askText(client, request, world)}`;
  }
}

/** Who asks goes on from the answer, or from what it knew when it asked; that stands exactly as long as the swap can be stored. */
function askText(client: Client, request: Request, world: World): string {
  const text = `${requestText(request, client, world)}${flightText(client, request, world)}`;
  switch (request.kind) {
    case 'acquire':
      return `${text}${world.forcible ? shownText(client, world) : ''}${tenureText(client, world)}`;
    case 'renew':
      return `${text}${planText(client, world)}${tenureText(client, world)}`;
    case 'commit':
    case 'release':
      return `${text}${tenureText(client, world)}`;
    case 'small-push':
    case 'give-back':
    case 'force':
      return text;
  }
}

const shownText = ({ known }: Client, { head }: World): string =>
  known?.lease == null ? 'n' : known.lease.nonce === head?.lease?.nonce ? 's' : 'x';

/** Who has lost its lease stops, whether its own time is over or not, unless an answer waits that says otherwise. */
function tenureText({ tenure, landed, phase, request, flight }: Client, { head }: World): string {
  if (tenure === null) return '';
  const stands = tenure.nonce === head?.lease?.nonce;
  const mayLand = request?.kind === 'acquire' || phase === 'planned';
  const over = stands || flight === 'stored' || mayLand ? flag(tenure.over) : '';
  if (phase !== 'planned' && request?.kind !== 'acquire') return `t${flag(stands)}${over}`;
  return `t${flag(stands)}${over}${flag(tenure.nonce === landed)}${flag(tenure.named === etagOf(head))}`;
}

/** Whether the plan stands on what is known, and on what is there: a swap carries the plan from one to the other. */
function planText({ plan, known, todo }: Client, { head }: World): string {
  if (plan === undefined || todo === 0) return '';
  return `p${flag(plan === (known?.commit?.id ?? null))}${flag(plan === (head?.commit?.id ?? null))}`;
}

/**
 * Once the version that it named is gone, a swap has been stored or never will be: no answer and a refusal say the same.
 * Only an acquire asks whether it is the very latest write.
 */
function flightText({ flight }: Client, request: Request, { head }: World): string {
  if (flight === 'stored') return 's';
  if (flight === 'travelling' && isAlive(request, head)) return 't';
  return request.kind === 'acquire' && request.next.nonce === head?.nonce ? 'w' : 'd';
}

function requestText({ kind, tenure, commit, next }: Request, client: Client, { head }: World): string {
  // Whether these are the very bytes that are being asked with, or those of an earlier attempt.
  const same = kind === 'acquire' ? flag(next.nonce === client.request?.next.nonce) : '';
  const landed = commit === null ? same : flag(isInChain(commit.id, head));
  return `${kind[0]}${kind[2]}${flag(tenure !== null && tenure === client.tenure?.nonce)}${landed}`;
}

/** An entry whose commit is not in the chain and cannot get there any more will be dropped, whenever that is. */
function entryText({ id, named }: JournalEntry, { request, copies }: Client, { head }: World): string {
  const stands = named === etagOf(head);
  const landed = isInChain(id, head);
  const asked = request?.commit?.id === id;
  if (!stands && !landed && !asked) return '';
  return `${flag(landed)}${flag(stands)}${flag(asked)}${flag(copies.some(({ commit }) => commit?.id === id))}`;
}

const isInChain = (id: string, head: World['head']): boolean => head?.recentCommits.includes(id) === true;

const flag = (holds: boolean): string => (holds ? '1' : '0');
