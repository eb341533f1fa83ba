import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailureExaminer, type FailureExaminerOptions } from '../../../../src/check/worker/attempt/failure-examiner.ts';

const OUT_OF_TIME = Object.assign(new Error('Timeout of 20ms exceeded'), { code: 'ERR_MOCHA_TIMEOUT', timeout: 20 });

/** Of a session that answers its probe after `answersAfterMs`, and may be 100 ms late; a command may be open in it. */
function examiner(answersAfterMs: number, openForMs?: number, name = 'executeScript'): FailureExaminer {
  const open = openForMs === undefined ? [] : [{ name, check: 'works', startedAt: performance.now() - openForMs }];
  const options = {
    borrowed: { cameFromNavigation: () => undefined, openCommands: open, wireErrors: [] },
    evidence: { take: async () => {} },
    wire: {
      send: async (_method: string, path: string) =>
        path.endsWith('/handles') ? await new Promise((resolve) => setTimeout(resolve, answersAfterMs, [])) : '',
    },
    sessionId: 's1',
    commandLimitMs: 400,
    selenium: { error: { WebDriverError: class extends Error {} } },
    signal: new AbortController().signal,
    lateMs: 100,
  } as unknown as FailureExaminerOptions;
  return new FailureExaminer(options);
}

async function examined(error: Error, answersAfterMs: number, openForMs?: number, name?: string): Promise<string> {
  const { fault, sessionLost } = await examiner(answersAfterMs, openForMs, name).examine(error, 'works', '');
  return `${fault.code}${sessionLost ? ', session lost' : ''}`;
}

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

test('what a check said by itself is believed, however late the session answers', async () => {
  assert.equal(await examined(new Error('no form'), 300), 'check.failed');
});

test('a site whose time is up is not blamed for a session that was out of reach', async () => {
  assert.equal(await examiner(0).examineTimeUp(), undefined);
  assert.equal((await examiner(300).examineTimeUp())?.code, 'grid.no-answer');
  assert.equal((await examiner(300, 400).examineTimeUp())?.code, 'grid.no-answer');
});

test("a command within its own limit tells nothing of the session when the site's time is up", async () => {
  assert.equal(await examiner(300, 100).examineTimeUp(), undefined);
});

test("a page that took most of the check's time and is not there yet is a site that did not answer", async () => {
  const late = Object.assign(new Error('Timeout of 20000ms exceeded'), { code: 'ERR_MOCHA_TIMEOUT', timeout: 20_000 });
  assert.equal(await examined(late, 0, 15_000, 'get'), 'site.no-answer');
  assert.equal(await examined(late, 0, 5_000, 'get'), 'check.timeout');
  assert.equal(await examined(OUT_OF_TIME, 300, 400, 'get'), 'grid.no-answer, session lost');
});

test("what can't be examined is believed, and it is said that it could not be", async () => {
  const broken = {
    borrowed: {
      wireErrors: [],
      cameFromNavigation: () => {
        throw new Error('a planted bug');
      },
    },
  } as unknown as FailureExaminerOptions;
  const { fault, sessionLost } = await new FailureExaminer(broken).examine(new Error('no form'), 'works', '');
  assert.deepEqual([fault.code, fault.message, sessionLost], ['check.failed', 'no form', false]);
  assert.match(fault.hint ?? '', /a planted bug/);
});
