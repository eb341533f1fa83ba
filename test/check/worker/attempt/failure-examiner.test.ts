import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFault } from '../../../../src/core/fault.ts';
import { noFacts } from '../../../../src/core/page-facts.ts';
import { FailureExaminer, type FailureExaminerOptions } from '../../../../src/check/worker/attempt/failure-examiner.ts';

const ERRORS = class extends Error {};
const TIME_UP = makeFault('site.timeout', 'the time is up');
const OUT_OF_TIME = Object.assign(new Error('Timeout of 20ms exceeded'), { code: 'ERR_MOCHA_TIMEOUT', timeout: 20 });

/**
 * Of a session that answers its probe after `answersAfterMs`, and may be 200 ms late. A command may be open in it, which
 * is answered a moment after the probe, or never.
 */
function examiner(
  answersAfterMs: number,
  openForMs?: number,
  name = 'executeScript',
  { look = { kind: 'unreachable' }, isLost = false }: { look?: { readonly kind: string }; isLost?: boolean } = {},
): FailureExaminer {
  let open =
    openForMs === undefined
      ? []
      : [{ name, check: 'works', startedAt: performance.now() - openForMs, limitMs: 400, hasReply: false }];
  const answer = async (): Promise<unknown> => {
    await new Promise((resolve) => setTimeout(resolve, answersAfterMs));
    if (!isLost) setTimeout(() => (open = []), 1);
    return [];
  };
  const borrowed = {
    cameFromNavigation: () => undefined,
    wireErrors: [],
    get openCommands() {
      return open;
    },
  };
  const options = {
    borrowed,
    evidence: { take: async () => {} },
    pages: {
      examine: async ({ navigation }: { navigation: Error | undefined }) => ({
        look,
        facts: {
          ...noFacts('https://a.example/'),
          isHeld: look.kind === 'held',
          isErrorPage: navigation !== undefined,
          netError: navigation === undefined ? undefined : 'ERR_TIMED_OUT',
        },
      }),
    },
    remainingMs: () => 10_000,
    wire: {
      send: async (_method: string, path: string) => (path.endsWith('/handles') ? await answer() : ''),
    },
    sessionId: 's1',
    commandLimitMs: 400,
    extension: { takenTab: async () => undefined },
    selenium: { error: { WebDriverError: ERRORS, NoSuchWindowError: ERRORS, NoSuchSessionError: ERRORS } },
    signal: new AbortController().signal,
    lateMs: 200,
  } as unknown as FailureExaminerOptions;
  return new FailureExaminer(options);
}

async function examined(error: Error, answersAfterMs: number, openForMs?: number, name?: string): Promise<string> {
  const { fault, ends } = await examiner(answersAfterMs, openForMs, name).examine(error, 'works', '');
  return `${fault.code}${ends === 'faulted' ? ', session lost' : ''}`;
}

async function timedUp(one: FailureExaminer): Promise<string> {
  const { fault, ends } = await one.examineTimeUp(TIME_UP, 'works');
  return `${fault.code}, ${ends}`;
}

test('a page that holds its process ends the attempt, and its session is not asked', async () => {
  const held = (): FailureExaminer => examiner(300, 400, 'executeScript', { look: { kind: 'held' } });
  const { fault, ends } = await held().examine(OUT_OF_TIME, 'works', '');
  assert.deepEqual([fault.code, fault.cause, ends], ['site.hangs', 'site', 'timed-out']);
  assert.equal(await timedUp(held()), 'site.hangs, timed-out');
});

test('a check that ran out of time in a session that answers has failed', async () => {
  assert.equal(await examined(OUT_OF_TIME, 0), 'check.timeout');
});

test('a check that ran out of time while its session was out of reach has not said no', async () => {
  assert.equal(await examined(OUT_OF_TIME, 300), 'grid.no-answer, session lost');
});

test('a command of the check may hold the session until its own limit, and no longer', async () => {
  assert.equal(await examined(OUT_OF_TIME, 300, 100), 'check.timeout');
  assert.equal(await examined(OUT_OF_TIME, 300, 400), 'grid.no-answer, session lost');
});

test('a command without a reply is lost if a later one has its reply', async () => {
  const lost = (name: string): FailureExaminer => examiner(0, 100, name, { isLost: true });
  for (const name of ['findElement', 'get']) {
    const { fault, ends } = await lost(name).examine(OUT_OF_TIME, 'works', '');
    assert.deepEqual([fault.code, ends], ['grid.no-answer', 'faulted'], name);
    assert.equal(await timedUp(lost(name)), 'grid.no-answer, faulted');
  }
  // Selenium's node receives files itself, beside its driver.
  assert.equal((await lost('uploadFile').examine(OUT_OF_TIME, 'works', '')).fault.code, 'check.timeout');
  assert.equal((await lost('findElement').examine(new Error('no form'), 'works', '')).fault.code, 'check.failed');
});

test('what a check said by itself is believed, however late the session answers', async () => {
  assert.equal(await examined(new Error('no form'), 300), 'check.failed');
});

test('a site whose time is up is not blamed for a session that was out of reach', async () => {
  assert.equal(await timedUp(examiner(0)), 'site.timeout, timed-out');
  assert.equal(await timedUp(examiner(300)), 'grid.no-answer, faulted');
  assert.equal(await timedUp(examiner(300, 400)), 'grid.no-answer, faulted');
});

test("a command within its own limit tells nothing of the session when the site's time is up", async () => {
  assert.equal(await timedUp(examiner(300, 100)), 'site.timeout, timed-out');
});

test("a page that took most of the check's time and is not there yet is a site that did not answer", async () => {
  const late = Object.assign(new Error('Timeout of 20000ms exceeded'), { code: 'ERR_MOCHA_TIMEOUT', timeout: 20_000 });
  assert.equal(await examined(late, 0, 15_000, 'get'), 'site.no-answer');
  assert.equal(await examined(late, 0, 5_000, 'get'), 'check.timeout');
  assert.equal(await examined(OUT_OF_TIME, 300, 400, 'get'), 'grid.no-answer, session lost');
});

test("what can't be examined is believed, and it is said that it could not be", async () => {
  const broken = {
    evidence: { holdsSession: false },
    borrowed: {
      wireErrors: [],
      cameFromNavigation: () => {
        throw new Error('a planted bug');
      },
    },
  } as unknown as FailureExaminerOptions;
  const { fault, ends } = await new FailureExaminer(broken).examine(new Error('no form'), 'works', '');
  assert.deepEqual([fault.code, fault.message, ends], ['check.failed', 'no form', undefined]);
  assert.match(fault.hint ?? '', /a planted bug/);
});
