import type { Config } from '../config/config.ts';
import { agoText, durationText } from '../quantities.ts';
import type { Asked, HeadFacts, ProbeFacts, ReachFacts, RemoteFacts } from './doctor-facts.ts';
import { type DoctorLine, type DoctorTopic, fine, note, problem, warning } from './doctor-line.ts';

type S3 = Extract<Config['backend'], { type: 's3' }>;

/** All that the store said, in the order it was asked. `now` in milliseconds since 1970. */
export function judgeRemote(facts: Omit<RemoteFacts, 'credentials'>, backend: S3, now: number): readonly DoctorLine[] {
  const { reach, list, head, probe, versioning, encryption } = facts;
  if (!reach.ok) return [failed('reachability', reach), LATER];
  return [
    fine('reachability', `${reach.value.host} answers in ${durationText(reach.value.latencyMs)}`),
    ...judgeRegion(reach.value, backend),
    ...judgeClock(reach.value),
    ...(list === null ? [LATER] : []),
    ...judgePermissions(list, head, probe),
    ...(head?.ok === true ? judgeHead(head.value, now) : []),
    ...(probe === null ? [] : judgeProbe(probe)),
    ...(versioning === null ? [] : [judgeVersioning(versioning)]),
    ...(encryption === null ? [] : [judgeEncryption(encryption, backend)]),
  ];
}

const LATER = note(
  'datastore',
  'permissions, lease, safe writes, versioning and encryption were not looked at',
  'Correct the above, then run doctor again.',
);

function judgeRegion({ region }: ReachFacts, backend: S3): readonly DoctorLine[] {
  if (region === null) return [];
  if (region === backend.region) return [fine('region', region)];
  return [
    warning(
      'region',
      `the bucket lies in ${region}, and the configuration says ${backend.region}: requests are redirected or refused`,
      `Set \`region: ${region}\`.`,
    ),
  ];
}

const SKEW_SEEN_MS = 60_000;
/** S3 refuses signatures that are older than 15 minutes. */
const SKEW_REFUSED_MS = 14 * 60_000;

function judgeClock({ clocks }: ReachFacts): readonly DoctorLine[] {
  if (clocks === null) return [];
  const skew = Math.abs(clocks.own - clocks.store);
  const by = durationText(skew);
  const said =
    clocks.own > clocks.store
      ? `the clock here is ${by} ahead of the store's`
      : `the clock here is ${by} behind the store's`;
  if (skew >= SKEW_REFUSED_MS)
    return [problem('clock', 'offline', `${said}: stores refuse such signatures`, 'Set the clock of this machine.')];
  if (skew >= SKEW_SEEN_MS) return [warning('clock', said, 'Set the clock of this machine; nothing is unsafe by it.')];
  // A Date has whole seconds.
  return [fine('clock', skew < 2000 ? "agrees with the store's" : said)];
}

function judgePermissions(
  list: RemoteFacts['list'],
  head: RemoteFacts['head'],
  probe: RemoteFacts['probe'],
): readonly DoctorLine[] {
  if (list === null) return [];
  const lines: DoctorLine[] = [];
  if (!list.ok && list.problem.kind !== 'denied') return [failed('datastore', list), LATER];
  if (!list.ok)
    lines.push(
      problem('permissions', 'denied', 'listing is refused', 'Ask for s3:ListBucket on this bucket and prefix.'),
    );
  if (head !== null && !head.ok) lines.push(failed(head.problem.kind === 'denied' ? 'permissions' : 'datastore', head));
  if (probe !== null && !probe.ok && probe.problem.kind === 'denied')
    lines.push(
      problem(
        'permissions',
        'denied',
        'writing is refused: pulling works, pushing does not',
        'Ask for s3:PutObject on this prefix.',
      ),
    );
  if (probe?.ok === true && !probe.value.cleaned.ok)
    lines.push(
      warning(
        'permissions',
        'deleting is refused, so the objects of the probe stay below probe/',
        'Ask for s3:DeleteObject on this prefix.',
      ),
    );
  if (lines.length > 0) return lines;
  return [
    fine('permissions', probe?.ok === true ? 'list, read, write and delete are allowed' : 'list and read are allowed'),
  ];
}

function judgeHead({ isThere, generation, lease, leaseIsOurs, leaseIsStale }: HeadFacts, now: number): DoctorLine[] {
  if (!isThere) return [note('datastore', 'nothing is there yet: the first push begins it')];
  const at = fine('datastore', generation === null ? 'begun, nothing committed yet' : `generation ${generation}`);
  if (lease === null) return [at, fine('lease', 'free')];
  const since = Date.parse(lease.acquiredAt);
  const who = `${lease.holder} (process ${lease.pid}) for ${lease.purpose}${Number.isNaN(since) ? '' : `, since ${agoText(since, now)}`}`;
  if (leaseIsOurs) return [at, fine('lease', `held by this workspace: ${who}`)];
  return [
    at,
    leaseIsStale
      ? note('lease', `held by ${who}, who has not renewed it for long`, 'Nothing to do: the next push takes it over.')
      : note('lease', `held by ${who}`, 'Wait for it, or ask them; `datastore lock release --force` takes it away.'),
  ];
}

function judgeProbe(probe: Asked<ProbeFacts>): readonly DoctorLine[] {
  // Said as a permission.
  if (!probe.ok && probe.problem.kind === 'denied') return [];
  if (!probe.ok && probe.problem.kind === 'unsafe-store')
    return [
      problem(
        'safe writes',
        'unsafe-store',
        `writing is refused, pulling works: ${probe.problem.message.replace(/^.* has no working compare-and-swap: /, '')}`,
        'Use a store with conditional writes: two writers could overwrite each other here.',
      ),
    ];
  if (!probe.ok) return [failed('safe writes', probe)];
  const { etagForm, checksChecksums, writers } = probe.value;
  const also = [
    etagForm === 'bare' ? 'takes versions without their quotes' : '',
    checksChecksums ? '' : 'does not check checksums (we do, when reading)',
  ].filter(Boolean);
  const said = `conditional writes hold, also of ${writers} writers at once`;
  return [fine('safe writes', also.length === 0 ? said : `${said}; the store ${also.join(' and ')}`)];
}

function judgeVersioning(found: Asked<string>): DoctorLine {
  if (!found.ok) return unknown('versioning', found);
  if (found.value === 'Enabled') return fine('versioning', 'on: what is deleted or damaged can be restored');
  return warning(
    'versioning',
    `${found.value === 'Suspended' ? 'suspended' : 'off'}: what somebody deletes in the bucket is gone`,
    'Turn on versioning, with a rule that ends old versions after some weeks.',
  );
}

function judgeEncryption(found: Asked<string>, { encryption }: S3): DoctorLine {
  if (encryption !== undefined) return fine('encryption', `${encryption.mode}, asked for with every object`);
  if (!found.ok) return unknown('encryption', found);
  if (found.value !== '') return fine('encryption', `${found.value}, by default of the bucket`);
  return warning(
    'encryption',
    'neither the bucket nor the configuration asks for encryption at rest',
    'Set a default of the bucket, or `encryption: { mode: sse-s3 }` in the configuration.',
  );
}

const unknown = (topic: DoctorTopic, { problem: { kind } }: { readonly problem: { readonly kind: string } }) =>
  note(topic, `could not be found out: ${kind === 'denied' ? 'the store refuses to say' : 'the store does not say'}`);

const failed = (topic: DoctorTopic, { problem: { kind, message, remedy } }: Extract<Asked<unknown>, { ok: false }>) =>
  problem(topic, kind, plain(message), remedy);

/** Without the request that happened to meet it. */
const plain = (message: string): string => message.replace(/^(?:[A-Z]{3,6} (?:of|below) "[^"]*"|first request): /, '');
