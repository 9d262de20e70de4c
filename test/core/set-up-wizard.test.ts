import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/core/config/config.ts';
import { SyncError } from '../../src/core/errors.ts';
import { readSetupField, setupUrl } from '../../src/core/setup/setup-input.ts';
import type { SetupReport } from '../../src/engine/setup/setup.ts';
import { problemOf } from '../../src/vscode/setup/check.ts';
import { type Draft, draftFrom, inputOf, keysOf, type Step, stepsOf } from '../../src/vscode/setup/draft.ts';
import { stepsToMend } from '../../src/vscode/setup/mend.ts';
import { hiddenText, outcomeText, reportLines, stoppedText } from '../../src/vscode/setup/outcome.ts';
import { failureRows, planRows, stoppedRows } from '../../src/vscode/setup/plan-rows.ts';
import { choiceRows, QUESTIONS } from '../../src/vscode/setup/questions.ts';
import { type Turn, walk } from '../../src/vscode/setup/walk.ts';
import { SOME_CONFIG } from '../support/some-config.ts';

const none = draftFrom(null);
const s3: Draft = { ...none, bucket: 'team-data', prefix: 'p' };
const config = (backend: Config['backend'], root: string): Config => ({ ...SOME_CONFIG, backend, root });

describe('which pages there are', () => {
  const rows: readonly {
    readonly describes: string;
    readonly draft: Partial<Draft>;
    readonly steps: readonly Step[];
  }[] = [
    {
      describes: 'AWS',
      draft: {},
      steps: ['store', 'bucket', 'region', 'prefix', 'root', 'credentials', 'plan'],
    },
    {
      describes: 'another store has an address',
      draft: { store: 'compatible' },
      steps: ['store', 'endpoint', 'bucket', 'region', 'prefix', 'root', 'credentials', 'plan'],
    },
    {
      describes: 'keys are asked for one by one',
      draft: { credentials: 'keys' },
      steps: ['store', 'bucket', 'region', 'prefix', 'root', 'credentials', 'keyId', 'keySecret', 'plan'],
    },
    { describes: 'a folder', draft: { store: 'folder', credentials: 'keys' }, steps: ['store', 'path', 'plan'] },
  ];
  it.each(rows)('$describes', ({ draft, steps }) => expect(stepsOf({ ...none, ...draft })).toEqual(steps));
});

describe('going from page to page', () => {
  /** Answers in the order of pages; gives the pages that were shown. */
  async function go(answers: readonly (Partial<Draft> | 'back' | 'cancel' | 'go' | { readonly to: Step })[]) {
    const seen: string[] = [];
    const left = [...answers];
    const draft = await walk(s3, 'store', async (step, now, { step: at, totalSteps }) => {
      seen.push(`${step} ${at}/${totalSteps}`);
      const answer = left.shift() ?? 'cancel';
      if (answer === 'back' || answer === 'cancel') return { kind: answer };
      const turn: Turn =
        answer === 'go'
          ? { draft: now, to: 'go' }
          : 'to' in answer
            ? { draft: now, to: answer.to }
            : { draft: { ...now, ...answer }, to: 'next' };
      return { kind: 'next', value: turn };
    });
    return { seen, draft };
  }

  it('keeps what was answered over Back', async () => {
    const { seen, draft } = await go([{}, { bucket: 'other' }, 'back', {}, { region: 'eu-west-1' }, 'cancel']);
    expect(seen).toEqual(['store 1/7', 'bucket 2/7', 'region 3/7', 'bucket 2/7', 'region 3/7', 'prefix 4/7']);
    expect(draft).toBeNull();
  });
  it('an answer that brings a question leads there', async () => {
    const { seen } = await go([{ store: 'compatible' }, {}]);
    expect(seen).toEqual(['store 1/7', 'endpoint 2/8', 'bucket 3/8']);
  });
  it('Back from the first page stays there', async () => {
    expect((await go(['back'])).seen).toEqual(['store 1/7', 'store 1/7']);
  });
  it('ends with all answers at go, also after a way back to one that was wrong', async () => {
    const again: Step = 'prefix';
    const { seen, draft } = await go([
      { store: 'folder' },
      { path: '/mnt/x' },
      { to: 'store' },
      { store: 'aws' },
      {},
      {},
      {},
      {},
      {},
      { to: again },
      { prefix: 'q' },
      {},
      {},
      'go',
    ]);
    expect(seen.at(-1)).toBe('plan 7/7');
    expect(draft).toEqual({ ...s3, path: '/mnt/x', prefix: 'q' });
  });
});

describe('what is typed', () => {
  const rows: readonly (readonly [step: Exclude<Step, 'plan'>, text: string, problem: RegExp | null])[] = [
    ['bucket', 'team-data', null],
    ['bucket', 'Team_Data', /is not a bucket name/],
    ['bucket', ' ', /is needed/],
    ['prefix', '', null],
    ['prefix', 'a/../b', /is not a prefix/],
    ['region', '', null],
    ['region', 'eu central', /is not a region/],
    ['endpoint', 'http://127.0.0.1:9000', null],
    ['endpoint', 'http://example.org', /in the clear/],
    ['endpoint', '', /is needed/],
    ['root', 'data/models', null],
    ['root', '../data', /outside/],
    ['path', '/mnt/team', null],
    ['path', '', /is needed/],
    ['credentials', 'chain', null],
    ['credentials', 'profile:team', null],
    ['credentials', 'profile:[x]', /is not a profile/],
    ['keyId', '', /is needed/],
    ['keySecret', 'x', null],
  ];
  it.each(rows)('%s %j', (step, text, problem) => {
    if (problem === null) expect(problemOf(step, text)).toBeNull();
    else expect(problemOf(step, text)).toMatch(problem);
  });

  it('is taken exactly where the command line takes it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('bucket', 'prefix', 'region', 'endpoint', 'root', 'path'),
        fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a/b', 'https://x.org', 'eu-west-1', 'a..b', './x/')),
        (step, text) => {
          fc.pre(text.trim() !== '');
          expect(problemOf(step, text) === null).toBe(readSetupField(step, text.trim()).ok);
        },
      ),
    );
  });

  it('shows as a row of its own, and what is wrong with it as one that cannot be chosen', () => {
    const offered = [{ label: 'team-data', description: '', value: 'team-data' }];
    const show = (text: string) =>
      choiceRows(QUESTIONS.bucket, offered, text, (value) => problemOf('bucket', value)).map(({ value }) => value);
    expect(show('')).toEqual(['team-data']);
    expect(show('team-data')).toEqual(['team-data']);
    expect(show('mine')).toEqual(['team-data', 'mine']);
    expect(show('Mine')).toEqual(['team-data', null]);
    const typed = (text: string) => choiceRows(QUESTIONS.credentials, [], text, () => null).at(-1)?.value;
    expect(typed('team')).toBe('profile:team');
    expect(choiceRows(QUESTIONS.store, offered, 'x', () => null)).toEqual(offered);
  });
});

describe('what comes of the answers', () => {
  const absolute = (path: string) => `/ws/${path}`;
  it('is what the command line would be told', () => {
    expect(inputOf({ ...s3, credentials: 'profile:team' }, absolute)).toEqual({
      type: 's3',
      bucket: 'team-data',
      prefix: 'p',
      region: undefined,
      endpoint: undefined,
      profile: 'team',
      root: 'data',
    });
    expect(inputOf({ ...s3, store: 'folder', path: ' x ' }, absolute)).toEqual({ type: 'filesystem', path: '/ws/x' });
  });
  it('leaves out the address of a store that is no longer chosen', () => {
    const input = inputOf({ ...s3, store: 'aws', endpoint: 'https://x.org' }, absolute);
    expect(input).toMatchObject({ endpoint: undefined });
  });
  it('begins with what is set up, and is the same place if nothing is changed', () => {
    const backend = {
      type: 's3',
      bucket: 'b-1',
      prefix: 'a b/c',
      region: 'eu-west-1',
      endpoint: 'https://x.org',
      forcePathStyle: true,
      profile: 'team',
    } as const;
    const draft = draftFrom(config(backend, 'models'));
    const url = setupUrl(inputOf({ ...draft, bucket: 'b-1' }, absolute), null);
    expect(url.ok && url.value).toBe(
      's3://b-1/a%20b/c?root=models&region=eu-west-1&endpoint=https%3A%2F%2Fx.org&profile=team',
    );
  });
  it('has keys only where they were asked for', () => {
    const typed = { ...s3, keyId: ' id ', keySecret: 'secret' };
    expect(keysOf(typed)).toBeUndefined();
    expect(keysOf({ ...typed, credentials: 'keys' })).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret' });
  });
});

describe('the last page', () => {
  const report: SetupReport = {
    dryRun: true,
    isResumed: false,
    steps: [
      { kind: 'reach', text: 'reach it' },
      { kind: 'configure', text: 'write .datastore.yaml' },
    ],
    done: [{ kind: 'reach', text: 'credentials from the environment' }],
    files: 2,
    bytes: 2000,
    conflicts: [],
    problems: [],
    stopped: null,
    notes: ['there is nothing to move.'],
  };
  const labels = (rows: ReturnType<typeof planRows>) => rows.map(({ label }) => label);

  it('shows the plan and what was found, and one row that does it', () => {
    const rows = planRows(report, s3, false);
    expect(labels(rows)).toEqual([
      '$(rocket) Set Up Now',
      'What will happen',
      '1. reach it',
      '2. write .datastore.yaml',
      'What was found',
      '$(check) credentials from the environment',
      '$(info) there is nothing to move.',
    ]);
    expect(rows.filter(({ does }) => does.kind === 'go')).toHaveLength(1);
  });
  it('says that nothing was changed only where no run has begun', () => {
    const said = (isResumed: boolean) => planRows({ ...report, isResumed }, s3, false)[0]?.description;
    expect([said(false), said(true)]).toEqual([
      'nothing was changed so far',
      'goes on: what was brought before is used again',
    ]);
  });
  it('lets what is here come along or stay', () => {
    const offered = (draft: Draft) =>
      planRows(report, draft, true).flatMap(({ does }) => (does.kind === 'files' ? [does.files] : []));
    expect(offered(s3)).toEqual(['delete', 'leave']);
    expect(offered({ ...s3, files: 'leave' })).toEqual(['bring', 'delete']);
    expect(offered({ ...s3, files: 'delete' })).toEqual(['bring', 'leave']);
  });
  it('says which paths will wait for a person, and goes all the same', () => {
    const rows = planRows({ ...report, conflicts: ['a'], problems: [{ path: '.env', reason: 'a key' }] }, s3, false);
    expect(labels(rows)).toEqual(expect.arrayContaining(['$(warning) a', '$(warning) .env: a key']));
    expect(rows[0]?.does).toEqual({ kind: 'go' });
  });
  it('does not go where it would stop', () => {
    const stopped = { message: 'other contents', remedy: 'Move them.' };
    const rows = planRows({ ...report, conflicts: ['a'], stopped }, s3, true);
    expect(labels(rows)).toEqual(expect.arrayContaining(['$(warning) other contents', '$(warning) a']));
    expect(rows.some(({ does }) => does.kind === 'go')).toBe(false);
  });
  it('says what failed, what to do, how it stands, and leads back to the answer', () => {
    const details = { done: report.done, reached: '1 of 2 files', left: ['the folder x'], isConfigured: false };
    const rows = failureRows(new SyncError('bucket', 'no bucket x', 'Name one.', { details }), s3, false);
    const text = labels(rows).join('\n');
    for (const part of ['Bucket: no bucket x', 'Name one.', 'as it was', '1 of 2 files', 'the folder x'])
      expect(text).toContain(part);
    expect(rows.flatMap(({ does }) => (does.kind === 'change' ? [does.step] : []))).toEqual(['bucket', 'region']);
    expect(rows.some(({ does }) => does.kind === 'go')).toBe(false);
    expect(rows.some(({ does }) => does.kind === 'again')).toBe(true);
  });
  it('shows long words whole, on several lines', () => {
    const words = Array.from({ length: 40 }, (_, at) => `word${at}`);
    const shown = labels(failureRows(new SyncError('failed', words.join(' '), ''), s3, false));
    expect(shown.every((label) => label.length < 90)).toBe(true);
    expect(shown.join(' ').replaceAll(/\$\(blank\) /g, '')).toContain(words.join(' '));
  });
  it('never shows a typed secret', () => {
    const draft: Draft = { ...s3, credentials: 'keys', keyId: 'AKIAX', keySecret: 'hush-hush' };
    const text = JSON.stringify(failureRows(new SyncError('credentials', 'refused', 'Sign in.'), draft, true));
    expect(text).not.toContain('hush-hush');
    expect(text).toContain('AKIAX');
  });
  it('lists conflicts as far as anybody reads', () => {
    const paths = Array.from({ length: 250 }, (_, at) => `f${at}`);
    const rows = stoppedRows({ message: '250 conflicts', remedy: 'Decide.' }, paths);
    expect(labels(rows)).toContain('and 150 more');
    expect(rows.length).toBeLessThan(110);
  });
  it('leads to pages that are there, whatever fails', () => {
    const kinds = ['bucket', 'offline', 'credentials', 'denied', 'foreign', 'local', 'usage', 'unsafe-store'] as const;
    for (const store of ['aws', 'compatible', 'folder'] as const)
      for (const credentials of ['chain', 'keys', 'profile:x'])
        for (const kind of kinds) {
          const draft = { ...s3, store, credentials };
          const wrong = stepsToMend(kind, draft);
          expect(wrong.length).toBeGreaterThan(0);
          expect(stepsOf(draft)).toEqual(expect.arrayContaining([...wrong]));
        }
  });
  it('tells of one that was stopped whether the configuration is written, and what is left of it', () => {
    const failure = { done: [], todo: [], reached: null, left: [], isStopped: true, details: null };
    expect(stoppedText('ws', null)).toBe('The set-up of “ws” was stopped. Set up again to go on where it was.');
    expect(stoppedText('ws', { ...failure, isConfigured: false })).toBe(stoppedText('ws', null));
    const todo = [{ kind: 'clean-up', text: 'move /x to x.2026' }] as const;
    expect(stoppedText('ws', { ...failure, isConfigured: true, todo })).toBe(
      'The set-up of “ws” was stopped after the configuration was written: the new place is what counts. Left to do: move /x to x.2026. Set up the same place again to finish.',
    );
  });
  it('tells at the end how many files came, and what is left to do', () => {
    expect(outcomeText('ws', 's3://b/p', report)).toBe(
      '“ws” is set up with s3://b/p: 2 files, 2.0 kB. Commit .datastore.yaml, and your team has it too. there is nothing to move.',
    );
    const problems = [{ path: 'x', reason: 'a link' }];
    expect(reportLines('ws', { ...report, problems })).toContain('problem  x: a link');
  });
  it.each([
    ['datastore.url', ' The setting datastore.url is set, and wins over .datastore.yaml: clear it.'],
    ['DATASTORE_URL', ''],
  ])('tells of what still counts where %s hides what was set up', (source, way) => {
    const backend = { type: 's3', bucket: 'old', prefix: '', region: 'eu-central-1', forcePathStyle: false } as const;
    const text = `In this window s3://old still counts, set by ${source}.${way}`;
    expect(hiddenText({ source, backend } as Config)).toBe(text);
  });
});
