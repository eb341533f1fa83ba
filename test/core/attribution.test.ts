import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Arm, Attempt, CheckStatus } from '../../src/core/attempt.ts';
import { judge } from '../../src/core/judge.ts';

const FAULT = { code: 'check.failed', cause: 'check', message: 'no' } as const;

function attempt(arm: Arm, statuses: Readonly<Record<string, CheckStatus>>, number = 1): Attempt {
  const checks = Object.entries(statuses).map(([title, status]) => ({
    title,
    status,
    durationMs: 1,
    ...(status === 'failed' || status === 'errored' ? { fault: FAULT } : {}),
  }));
  return { siteId: 's', attempt: number, arm, ending: 'completed', startedAt: 0, durationMs: 1, checks };
}

function verdictOf(...attempts: readonly Attempt[]): ReturnType<typeof judge> {
  return judge({ siteId: 's', planned: ['page', 'button @extension'], attempts });
}

test('the control passes and the subject fails again: the extension broke it', () => {
  const verdict = verdictOf(
    attempt('subject', { page: 'failed' }),
    attempt('control', { page: 'passed', 'button @extension': 'skipped' }),
    attempt('subject', { page: 'failed' }),
  );
  assert.deepEqual([verdict.verdict, verdict.cause, verdict.control], ['failed', 'extension', 'passed']);
});

test('both fail: the site', () => {
  const verdict = verdictOf(
    attempt('subject', { page: 'failed' }),
    attempt('control', { page: 'failed' }),
    attempt('subject', { page: 'failed' }),
  );
  assert.deepEqual([verdict.verdict, verdict.cause], ['failed', 'site']);
});

test('the subject passes the second time: flaky, and nobody new is blamed', () => {
  const verdict = verdictOf(
    attempt('subject', { page: 'failed', 'button @extension': 'passed' }),
    attempt('control', { page: 'passed' }),
    attempt('subject', { page: 'passed', 'button @extension': 'passed' }),
  );
  assert.deepEqual([verdict.verdict, verdict.cause], ['flaky', 'check']);
});

test('a check that the control leaves out is answered by the site as a whole', () => {
  const failing = { page: 'passed', 'button @extension': 'failed' } as const;
  const well = verdictOf(
    attempt('subject', failing),
    attempt('control', { page: 'passed', 'button @extension': 'skipped' }),
    attempt('subject', failing),
  );
  assert.deepEqual([well.verdict, well.cause], ['failed', 'extension']);
  const ill = verdictOf(
    attempt('subject', failing),
    attempt('control', { page: 'failed', 'button @extension': 'skipped' }),
    attempt('subject', failing),
  );
  assert.equal(ill.cause, 'site');
});

test('what the build broke is not hidden by a check that fails on the site anyway', () => {
  const failing = { page: 'failed', 'button @extension': 'failed' } as const;
  const verdict = verdictOf(
    attempt('subject', failing),
    attempt('control', { page: 'failed', 'button @extension': 'passed' }),
    attempt('subject', failing),
  );
  assert.deepEqual([verdict.verdict, verdict.cause], ['failed', 'extension']);
  assert.deepEqual(
    verdict.checks.map(({ cause }) => cause),
    ['site', 'extension'],
  );
});

test('a control that could not tell changes no cause', () => {
  const unheard: Attempt = {
    ...attempt('control', {}),
    ending: 'faulted',
    fault: { code: 'grid.session-lost', cause: 'grid', message: 'gone' },
  };
  const verdict = verdictOf(attempt('subject', { page: 'failed' }), unheard, attempt('subject', { page: 'failed' }));
  assert.deepEqual([verdict.verdict, verdict.cause], ['failed', 'check']);
});

test('the control never changes a verdict, only whom it blames', () => {
  const statuses = fc.constantFrom<CheckStatus>('passed', 'failed', 'errored', 'skipped');
  const arms = fc.array(fc.record({ page: statuses, 'button @extension': statuses }), { maxLength: 3 });
  fc.assert(
    fc.property(arms, arms, (subject, control) => {
      const alone = verdictOf(...subject.map((checks) => attempt('subject', checks)));
      const both = verdictOf(
        ...subject.map((checks) => attempt('subject', checks)),
        ...control.map((checks) => attempt('control', checks)),
      );
      assert.equal(both.verdict, alone.verdict);
      assert.deepEqual(
        both.checks.map((check) => check.status),
        alone.checks.map((check) => check.status),
      );
    }),
  );
});
