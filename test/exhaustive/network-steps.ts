import type { StoreErrorKind } from '../../src/core/errors.ts';
import type { Head } from '../../src/core/format/records.ts';
import type { Emit } from './client-steps.ts';
import { conclude, type Outcome } from './conclude.ts';
import { checkStored, SAFETY } from './oracle.ts';
import type { Rules } from './rules.ts';
import { type Client, etagOf, isAlive, type Request, spend, type World, withClient } from './world.ts';

/** Copies that nobody waits for may be stored at any time. */
export function copySteps(world: World, index: number, client: Client, emit: Emit): void {
  for (const copy of client.copies) emit('a late copy is stored', index, store(world, index, copy));
}

/** What the network and the store may do with the swap that a client has sent. */
export function requestSteps(world: World, index: number, client: Client, rules: Rules, emit: Emit): void {
  const { request, flight, paused } = client;
  if (request === null) return;
  const alive = flight === 'travelling' && isAlive(request, world.head);
  if (paused) {
    if (alive)
      emit(
        'it is stored; the answer waits',
        index,
        withClient(store(world, index, request), index, { flight: 'stored' }),
      );
    return;
  }
  if (flight === 'travelling') {
    if (alive) emit('it is stored and answered', index, won(store(world, index, request), index, request, rules));
    else judged('it is refused; reads back', world, 'precondition');
  } else if (flight === 'stored') {
    emit('the answer that waited arrives', index, won(world, index, request, rules));
  } else {
    judged('no answer comes; reads back', world, 'unreachable');
  }
  if (world.left.losses > 0) lose(spend(world, 'losses'));
  if (world.left.copies > 0 && alive) copy(spend(world, 'copies'), request);

  function lose(spent: World) {
    if (request === null) return;
    if (alive) {
      emit(
        'it is stored and the answer is lost',
        index,
        withClient(store(spent, index, request), index, { flight: 'silent' }),
      );
      judged('it never arrives; reads back', spent, 'unreachable');
    }
    if (flight === 'stored') judged('the answer that waited is lost; reads back', spent, 'unreachable');
    const from = client.known ?? null;
    emit(
      'no answer and no read-back: in doubt',
      index,
      conclude(spent, index, { kind: 'unknown', known: from }, rules),
    );
  }

  function copy(spent: World, alive: Request) {
    const kept = withClient(spent, index, { copies: withCopy(client.copies, alive) });
    judged('it is held up on the way; reads back', kept, 'unreachable');
    emit('a gateway sends it twice; the first is stored', index, store(spent, index, alive));
    emit(
      'it is held up on the way, and no read-back: in doubt',
      index,
      conclude(kept, index, { kind: 'unknown', known: client.known ?? null }, rules),
    );
  }

  function judged(label: string, at: World, answer: StoreErrorKind) {
    if (request === null) return;
    const { head } = at;
    const verdict = rules.judgeSwap({
      sent: request.next,
      commits: request.commit !== null,
      named: request.named,
      answer,
      found: head === null ? null : { etag: head.nonce, head },
    });
    switch (verdict) {
      case 'won':
      case 'superseded':
      case 'lost':
        return emit(label, index, conclude(at, index, { kind: verdict, known: head }, rules));
      case 'resend':
        if (client.tenure?.over !== true || (request.kind !== 'renew' && request.kind !== 'commit'))
          emit(`${label}; sends the same again`, index, withClient(at, index, { flight: 'travelling' }));
        return emit(
          `${label}; gives up in doubt`,
          index,
          conclude(at, index, { kind: 'unknown', known: client.known ?? null }, rules),
        );
      case 'misjudged':
      case 'ask-the-chain':
      case 'vanished':
      case 'unsupported':
        return emit(label, index, { ...at, broken: at.broken ?? SAFETY.honest });
    }
  }
}

const won = (world: World, index: number, request: Request, rules: Rules): World =>
  conclude(world, index, { kind: 'won', known: request.next } satisfies Outcome, rules);

/** The store takes it. Copies that name a version that is gone can never be stored: they are forgotten here. */
export function store(world: World, index: number, request: Request): World {
  const writer = world.clients[index];
  if (writer === undefined) return world;
  const broken = world.broken ?? checkStored(world, writer, request);
  const head = request.next;
  const clients = world.clients.map((client, at) => {
    const copies = prune(client.copies, head);
    const landed = at === index && request.kind === 'acquire' ? request.tenure : client.landed;
    return copies === client.copies && landed === client.landed ? client : { ...client, copies, landed };
  });
  return { ...world, head, clients, broken };
}

function prune(copies: readonly Request[], head: Head): readonly Request[] {
  return copies.every((copy) => isAlive(copy, head)) ? copies : copies.filter((copy) => isAlive(copy, head));
}

/** The same bytes twice under one condition are one: the first that is stored ends the other. */
export const withCopy = (copies: readonly Request[], copy: Request): readonly Request[] =>
  copies.some((one) => etagOf(one.next) === etagOf(copy.next)) ? copies : [...copies, copy];
