import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attempt, AttemptEnding, CheckResult, CheckStatus } from '../../src/core/attempt.ts';
import type { Fault } from '../../src/core/fault.ts';
import { judge, type Findings } from '../../src/core/judge.ts';
import type { Verdict } from '../../src/core/verdict.ts';

const TITLES = ['a', 'b', 'c'] as const;
const VERDICTS: readonly Verdict[] = ['failed', 'errored', 'not-run', 'flaky', 'passed', 'skipped'];

/** How bad a verdict is; passed and skipped are both fine. */
const BADNESS: Readonly<Record<Verdict, number>> = {
  failed: 4,
  errored: 3,
  'not-run': 2,
  flaky: 1,
  passed: 0,
  skipped: 0,
};

const faults: fc.Arbitrary<Fault> = fc.record({
  code: fc.constantFrom('check.failed', 'grid.session-lost', 'site.unreachable'),
  cause: fc.constantFrom('check', 'grid', 'site', 'runner'),
  message: fc.string(),
});

const results: fc.Arbitrary<CheckResult> = fc.record(
  {
    title: fc.constantFrom(...TITLES, 'never planned'),
    status: fc.constantFrom<CheckStatus>('passed', 'failed', 'errored', 'skipped', 'not-run'),
    durationMs: fc.nat(),
    rescued: fc.boolean(),
    fault: faults,
    reason: fc.string(),
  },
  { requiredKeys: ['title', 'status', 'durationMs'] },
);

const attempts: fc.Arbitrary<Attempt> = fc.record(
  {
    siteId: fc.constant('site'),
    attempt: fc.nat(),
    arm: fc.constantFrom('subject' as const, 'control' as const),
    ending: fc.constantFrom<AttemptEnding>('completed', 'timed-out', 'faulted', 'interrupted'),
    startedAt: fc.nat(),
    durationMs: fc.nat(),
    fault: faults,
    checks: fc.array(results, { maxLength: 5 }),
  },
  { requiredKeys: ['siteId', 'attempt', 'arm', 'ending', 'startedAt', 'durationMs', 'checks'] },
);

const findings: fc.Arbitrary<Findings> = fc.record(
  {
    siteId: fc.constant('site'),
    planned: fc.subarray([...TITLES]),
    attempts: fc.array(attempts, { maxLength: 5 }),
    skip: fc.string(),
    notRun: fc.record({ text: fc.string() }),
  },
  { requiredKeys: ['siteId', 'planned', 'attempts'] },
);

/** The same without a control. */
function ofSubject(given: Findings): Findings {
  return { ...given, attempts: given.attempts.map((attempt) => ({ ...attempt, arm: 'subject' })) };
}

const passing = (checks: readonly string[]): Attempt => ({
  siteId: 'site',
  attempt: 99,
  arm: 'subject',
  ending: 'completed',
  startedAt: 0,
  durationMs: 1,
  checks: checks.map((title) => ({ title, status: 'passed', durationMs: 1 })),
});

test('judge is total: any findings has one verdict, and each planned check one status, in order', () => {
  fc.assert(
    fc.property(findings, (given) => {
      const verdict = judge(given);
      assert.ok(VERDICTS.includes(verdict.verdict));
      assert.deepEqual(
        verdict.checks.map((check) => check.title),
        given.planned,
      );
    }),
    { numRuns: 2000 },
  );
});

test('judge is monotone without a control: one more passing attempt never makes the verdict or any check worse', () => {
  fc.assert(
    fc.property(findings.map(ofSubject), fc.subarray([...TITLES]), fc.boolean(), (given, some, whole) => {
      const more = { ...given, attempts: [...given.attempts, passing(whole ? given.planned : some)] };
      const [before, after] = [judge(given), judge(more)];
      assert.ok(BADNESS[after.verdict] <= BADNESS[before.verdict], `${before.verdict} became ${after.verdict}`);
    }),
    { numRuns: 5000 },
  );
});

test('skipped, not-run and passed blame nobody; every other verdict blames somebody', () => {
  fc.assert(
    fc.property(findings, (given) => {
      const { verdict, cause } = judge(given);
      assert.equal(
        cause === undefined,
        ['skipped', 'not-run', 'passed'].includes(verdict),
        `${verdict} blames ${cause}`,
      );
    }),
    { numRuns: 2000 },
  );
});

test('a faulted attempt changes no check that is decided, unless it says no to it', () => {
  fc.assert(
    fc.property(
      findings.map(ofSubject),
      attempts.map((one) => ({ ...one, arm: 'subject' as const })),
      (given, extra) => {
        const before = judge(given);
        const after = judge({ ...given, attempts: [...given.attempts, { ...extra, ending: 'faulted' }] });
        for (const [index, check] of before.checks.entries()) {
          const heard = given.attempts.some(
            ({ arm, ending, checks }) =>
              arm === 'subject' &&
              (ending === 'completed' || ending === 'timed-out') &&
              checks.some(({ title, status }) => title === check.title && status !== 'not-run'),
          );
          // A control, even a cut one, may tell whom it blames.
          const saidNo = extra.checks.some(
            ({ title, status, rescued }) =>
              title === check.title && (status === 'failed' || (status === 'passed' && rescued === true)),
          );
          if (heard && !saidNo) assert.deepEqual({ ...after.checks[index], cause: '' }, { ...check, cause: '' });
        }
      },
    ),
    { numRuns: 2000 },
  );
});

const attemptOf = (checks: readonly CheckResult[], more: Partial<Attempt> = {}): Attempt => ({
  ...passing([]),
  checks,
  ...more,
});
const verdictOf = (...given: readonly Attempt[]): Verdict =>
  judge({ siteId: 'site', planned: ['a'], attempts: given }).verdict;
const result = (status: CheckStatus, more: Partial<CheckResult> = {}): CheckResult => ({
  title: 'a',
  status,
  durationMs: 1,
  ...more,
});
const lost: Fault = { code: 'grid.session-lost', cause: 'grid', message: 'gone' };

test('failed, then passed is flaky; errored, then passed is passed', () => {
  assert.equal(verdictOf(attemptOf([result('failed')]), attemptOf([result('passed')])), 'flaky');
  assert.equal(verdictOf(attemptOf([result('errored')]), attemptOf([result('passed')])), 'passed');
});

test('failed in an attempt that the grid then cut, and passed in the next, is flaky', () => {
  const cut = attemptOf([result('failed', { fault: { code: 'check.failed', cause: 'check', message: 'no' } })], {
    ending: 'faulted',
    fault: lost,
  });
  assert.equal(verdictOf(cut, attemptOf([result('passed')])), 'flaky');
  const died = { ...cut, fault: { code: 'runner.worker-died', cause: 'runner', message: 'died' } } as const;
  assert.equal(verdictOf(died, attemptOf([result('passed')])), 'passed');
  assert.equal(verdictOf({ ...cut, checks: [result('errored')] }, attemptOf([result('passed')])), 'passed');
});

test('rescued by mocha is flaky', () => {
  assert.equal(verdictOf(attemptOf([result('passed', { rescued: true })])), 'flaky');
});

test("only faulted attempts are errored, with the last one's cause", () => {
  const verdict = judge({
    siteId: 'site',
    planned: ['a'],
    attempts: [attemptOf([], { ending: 'faulted', fault: lost })],
  });
  assert.deepEqual([verdict.verdict, verdict.cause, verdict.code], ['errored', 'grid', 'grid.session-lost']);
});

test('faulted, then interrupted is not-run: nobody knows', () => {
  assert.equal(
    verdictOf(attemptOf([], { ending: 'faulted', fault: lost }), attemptOf([], { ending: 'interrupted' })),
    'not-run',
  );
});

test("the first of failed, errored, not-run, flaky, passed, skipped that any check shows is the site's", () => {
  const statuses: readonly CheckStatus[] = ['failed', 'errored', 'not-run', 'passed', 'skipped'];
  for (const [index] of statuses.entries()) {
    const rest = statuses.slice(index);
    const checks = rest.map((status, place) => result(status, { title: String(place) }));
    const verdict = judge({
      siteId: 'site',
      planned: rest.map((_, place) => String(place)),
      attempts: [attemptOf(checks)],
    });
    assert.equal(verdict.verdict, rest[0]);
  }
});
