import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Arm, Attempt, CheckStatus } from '../../src/core/attempt.ts';
import { nextArm } from '../../src/core/attribution/next-arm.ts';
import { firstPairOf, pairsOf } from '../../src/core/attribution/pairs.ts';
import { replaysThatCount } from '../../src/core/attribution/replays.ts';
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

/** The first failure of the subject, then pairs of a control and a subject. */
function alternating(
  pairs: number,
  subject: Readonly<Record<string, CheckStatus>>,
  control: Readonly<Record<string, CheckStatus>>,
): Attempt[] {
  const after = Array.from({ length: pairs }, () => [attempt('control', control), attempt('subject', subject)]).flat();
  return [attempt('subject', subject), ...after].map((one, index) => ({ ...one, attempt: index + 1 }));
}

test('the build fails each time and the control never: broken, cause extension', () => {
  const verdict = verdictOf(...alternating(4, { page: 'failed' }, { page: 'passed', 'button @extension': 'skipped' }));
  assert.deepEqual(
    [verdict.verdict, verdict.cause, verdict.control, verdict.attribution],
    ['failed', 'extension', 'passed', 'broken'],
  );
  assert.ok((verdict.probability ?? 0) >= 0.99);
  assert.deepEqual(verdict.arms?.subject, { failed: 5, all: 5 });
  assert.deepEqual(verdict.arms?.control, { failed: 0, all: 4 });
});

test('a control that skipped every check is no answer: undecided, and no pair', () => {
  const nothing = { page: 'skipped', 'button @extension': 'skipped' } as const;
  const attempts = alternating(4, { page: 'skipped', 'button @extension': 'failed' }, nothing);
  const verdict = verdictOf(...attempts);
  assert.deepEqual([verdict.attribution, verdict.arms?.control], ['undecided', { failed: 0, all: 0 }]);
  assert.equal(pairsOf(attempts).all, 0);
  assert.equal(firstPairOf(attempts).all, 0);
  const replays = alternating(2, { 'button @extension': 'failed' }, nothing);
  assert.deepEqual(replaysThatCount(replays[0]!, replays), []);
});

test('one failure that does not come again is not the build: flaky', () => {
  const verdict = verdictOf(
    attempt('subject', { page: 'failed', 'button @extension': 'passed' }),
    ...alternating(5, { page: 'passed', 'button @extension': 'passed' }, { page: 'passed' }),
  );
  assert.deepEqual([verdict.verdict, verdict.cause, verdict.attribution], ['flaky', 'check', 'not-build']);
});

test('both arms fail in the same way, twice: the site', () => {
  const verdict = verdictOf(...alternating(2, { page: 'failed' }, { page: 'failed' }));
  assert.deepEqual([verdict.verdict, verdict.cause, verdict.attribution], ['failed', 'site', 'not-build']);
});

test('too few loads decide nothing: errored', () => {
  const verdict = verdictOf(...alternating(1, { page: 'failed' }, { page: 'passed' }));
  assert.deepEqual([verdict.verdict, verdict.attribution], ['failed', 'suspect']);
  const single = verdictOf(attempt('subject', { page: 'failed' }), attempt('control', { page: 'passed' }));
  assert.deepEqual([single.verdict, single.attribution], ['errored', 'undecided']);
});

/** The replays of a failure of `page`, which lacked nothing. */
function replays(subject: Readonly<Record<string, CheckStatus>>, control: CheckStatus): Attempt[] {
  return alternating(4, subject, { page: control }).map((load) => ({ ...load, replay: { hits: 3, misses: [] } }));
}

test('a site that is loaded once is judged by the replays of its failure', () => {
  const attempts = [attempt('subject', { page: 'failed' })];
  const build = judge({
    siteId: 's',
    planned: ['page', 'button @extension'],
    attempts,
    replays: replaysThatCount(attempts[0]!, replays({ page: 'failed' }, 'passed')),
    isCut: true,
    atMost: 'suspect',
  });
  assert.deepEqual([build.verdict, build.cause, build.attribution], ['failed', 'extension', 'broken']);
  assert.deepEqual(build.arms?.replayed, { subject: { failed: 5, all: 5 }, control: { failed: 0, all: 4 } });
  assert.deepEqual(build.arms?.subject, { failed: 1, all: 1 });
});

test('a replay excuses no build, and accuses none by what was missing or by another failure', () => {
  const recorded = attempt('subject', { page: 'failed' });
  const clear = replays({ page: 'failed' }, 'passed');
  assert.equal(replaysThatCount(recorded, clear).length, clear.length);
  const lost = { url: 'wss://shop.test/live', kind: 'websocket' } as const;
  const unclear = {
    'the control fails too': replays({ page: 'failed' }, 'failed'),
    'the build passes': replays({ page: 'passed' }, 'passed'),
    'another check fails': replays({ page: 'passed', 'button @extension': 'failed' }, 'passed'),
    'one request was missing': clear.with(3, { ...clear[3]!, replay: { hits: 2, misses: [lost] } }),
    'the control never ran': clear.filter(({ arm }) => arm === 'subject'),
  };
  for (const [name, loads] of Object.entries(unclear)) assert.deepEqual(replaysThatCount(recorded, loads), [], name);
});

test('a check that failed in no attempt that ran to its end keeps the reason of the one that was cut', () => {
  const fault = { code: 'site.http-status', cause: 'site', message: 'the server sent 503' } as const;
  const passing = { page: 'passed', 'button @extension': 'passed' } as const;
  const cut = { ...attempt('subject', passing), ending: 'timed-out', checks: [], fault } as const;
  const single = verdictOf(cut, attempt('control', passing), attempt('subject', passing));
  const [page] = single.checks;
  assert.deepEqual([single.verdict, single.attribution, single.cause], ['errored', 'undecided', 'site']);
  assert.deepEqual([page?.status, page?.fault], ['errored', fault]);
});

test('the verdict follows the answer, whatever part of the loads crashes with the build', () => {
  const fault = { code: 'browser.crashed', cause: 'browser', message: 'the page crashed' } as const;
  const verdicts = {
    broken: ['failed', 'extension'],
    suspect: ['failed', 'extension'],
    undecided: ['errored', 'browser'],
    'not-build': ['flaky', 'browser'],
  };
  const passing = { page: 'passed', 'button @extension': 'passed' } as const;
  const crash = { ...attempt('subject', {}), ending: 'faulted', fault } as const;
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }), (crashes) => {
      fc.pre(crashes.includes(true) && crashes.includes(false));
      const attempts = crashes.flatMap((crashed) => [
        crashed ? crash : attempt('subject', passing),
        attempt('control', passing),
      ]);
      const { verdict, cause, attribution = 'undecided' } = verdictOf(...attempts);
      seen.add(attribution);
      assert.deepEqual([verdict, cause], verdicts[attribution]);
    }),
  );
  assert.ok(seen.has('suspect') && seen.has('undecided'), [...seen].join());
});

test('a build that is broken or suspect fails the site, whatever fails beside it and in which way', () => {
  const fault = { code: 'browser.crashed', cause: 'browser', message: 'the page crashed' } as const;
  const status = fc.constantFrom<CheckStatus>('passed', 'passed', 'failed', 'errored');
  const load = fc.option(fc.record({ page: status, 'button @extension': status }), { freq: 2 });
  const tried = (arm: Arm, statuses: Readonly<Record<string, CheckStatus>> | null): Attempt =>
    statuses === null ? { ...attempt(arm, {}), ending: 'faulted', fault } : attempt(arm, statuses);
  let blamed = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(load, load), { minLength: 1, maxLength: 8 }), (pairs) => {
      const attempts = pairs.flatMap(([subject, control]) => [tried('subject', subject), tried('control', control)]);
      const { verdict, cause, attribution } = verdictOf(...attempts);
      if (attribution !== 'broken' && attribution !== 'suspect') return;
      blamed++;
      assert.deepEqual([verdict, cause], ['failed', 'extension']);
    }),
    { numRuns: 2000 },
  );
  assert.ok(blamed > 20, String(blamed));
});

test('a tab that the extension closes is its doing, also where the page often fails without it', () => {
  const fault = { code: 'extension.closed-tab', cause: 'extension', message: 'the extension closed the tab' } as const;
  const checks = [{ title: 'page', status: 'failed', durationMs: 1, fault } as const];
  const closed = { ...attempt('subject', {}), checks };
  const passing = { page: 'passed', 'button @extension': 'skipped' } as const;
  const failing = { page: 'failed', 'button @extension': 'skipped' } as const;
  const controls = [failing, passing, failing, failing, failing].map((statuses) => attempt('control', statuses));
  const verdict = verdictOf(closed, ...controls.flatMap((control) => [control, closed]));
  assert.deepEqual([verdict.verdict, verdict.cause, verdict.attribution], ['failed', 'extension', 'broken']);
  assert.deepEqual(verdict.arms?.control, { failed: 0, all: 5 });
  const other = verdictOf(...alternating(4, { page: 'failed' }, { page: 'failed' }));
  assert.equal(other.attribution, 'not-build');
});

test('a check that the control leaves out is answered by the site as a whole', () => {
  const failing = { page: 'passed', 'button @extension': 'failed' } as const;
  const well = verdictOf(...alternating(4, failing, { page: 'passed', 'button @extension': 'skipped' }));
  assert.deepEqual([well.verdict, well.cause, well.attribution], ['failed', 'extension', 'broken']);
  const ill = verdictOf(...alternating(3, failing, { page: 'errored', 'button @extension': 'skipped' }));
  assert.equal(ill.attribution, 'not-build');
  // One other check that fails may have a defect of its own.
  const both = { page: 'failed', 'button @extension': 'failed' } as const;
  const one = verdictOf(...alternating(4, both, { page: 'failed', 'button @extension': 'skipped' }));
  assert.deepEqual([one.attribution, one.arms?.check], ['undecided', 'button @extension']);
});

test('a check that the control leaves out is not cleared by another that fails in both arms', () => {
  const subject = { page: 'failed', title: 'passed', 'button @extension': 'failed' } as const;
  const control = { page: 'failed', title: 'passed', 'button @extension': 'skipped' } as const;
  const attempts = alternating(4, subject, control);
  const verdict = judge({ siteId: 's', planned: Object.keys(subject), attempts });
  assert.deepEqual([verdict.verdict, verdict.attribution], ['failed', 'undecided']);
  assert.deepEqual(verdict.arms?.check, 'button @extension');
  assert.deepEqual(verdict.arms?.control, { failed: 0, all: 0 });
  const [page, , button] = verdict.checks;
  assert.deepEqual([page?.status, page?.cause, button?.status], ['failed', 'site', 'errored']);
  // If nothing passes without the build, the site is why.
  const down = { page: 'failed', title: 'failed', 'button @extension': 'skipped' } as const;
  const all = { page: 'failed', title: 'failed', 'button @extension': 'failed' } as const;
  const ofDown = judge({ siteId: 's', planned: Object.keys(all), attempts: alternating(3, all, down) });
  assert.deepEqual([ofDown.verdict, ofDown.cause, ofDown.attribution], ['failed', 'site', 'not-build']);
});

test('a week of failures does not clear a build that fails each time tonight, while the control never does', () => {
  const down = new Map([['page', { failed: 8, all: 8 }]]);
  const failing = { page: 'failed' } as const;
  const passing = { page: 'passed' } as const;
  const knowledge = { earlier: down };
  const attempts = alternating(1, failing, passing);
  const rules = { control: 'on-failure', budget: 12, once: false } as const;
  assert.notEqual(nextArm(['page'], attempts, knowledge, rules), 'done');
  const judged = (...tried: readonly Attempt[]): ReturnType<typeof judge> =>
    judge({ siteId: 's', planned: ['page'], attempts: tried, knowledge });
  assert.equal(judged(...attempts).attribution, 'undecided');
  assert.notEqual(judged(...alternating(5, failing, passing)).attribution, 'not-build');
  // Without a load of the control that counts, nothing of tonight speaks for the build.
  const untried = { page: 'skipped' } as const;
  assert.equal(nextArm(['page'], alternating(1, failing, untried), knowledge, rules), 'subject');
  assert.equal(judged(...alternating(2, failing, untried)).attribution, 'undecided');
  const cut = { siteId: 's', planned: ['page'], attempts: attempts.slice(0, 1), knowledge, isCut: true };
  assert.equal(judge(cut).attribution, 'undecided');
  // One load that passes with the build is enough for a page that often failed.
  const often = { earlier: new Map([['page', { failed: 3, all: 8 }]]) };
  const passes = [...attempts, attempt('control', passing, 4), attempt('subject', passing, 5)];
  assert.equal(judge({ siteId: 's', planned: ['page'], attempts: passes, knowledge: often }).attribution, 'not-build');
});

test('what the build broke is not hidden by a check that fails on the site anyway', () => {
  const verdict = verdictOf(
    ...alternating(
      4,
      { page: 'failed', 'button @extension': 'failed' },
      { page: 'failed', 'button @extension': 'passed' },
    ),
  );
  assert.deepEqual([verdict.verdict, verdict.cause, verdict.attribution], ['failed', 'extension', 'broken']);
});

test('a crash in the arm of the build only is the build’s', () => {
  const crash: Attempt = {
    ...attempt('subject', {}),
    ending: 'faulted',
    fault: { code: 'browser.crashed', cause: 'browser', message: 'gone' },
  };
  const passed = attempt('control', { page: 'passed' });
  const verdict = verdictOf(crash, ...Array.from({ length: 5 }, () => [passed, crash]).flat());
  assert.deepEqual([verdict.verdict, verdict.cause, verdict.attribution], ['failed', 'extension', 'broken']);
});

test('an extension that does not load counts as a failure of its build', () => {
  const gone: Attempt = {
    ...attempt('subject', {}),
    ending: 'faulted',
    fault: { code: 'extension.not-loaded', cause: 'extension', message: 'gone' },
  };
  const passed = attempt('control', { page: 'passed' });
  const verdict = verdictOf(gone, ...Array.from({ length: 5 }, () => [passed, gone]).flat());
  assert.deepEqual(
    [verdict.verdict, verdict.cause, verdict.code, verdict.attribution],
    ['failed', 'extension', 'extension.not-loaded', 'broken'],
  );
});

test('a control that could not tell changes nothing', () => {
  const unheard: Attempt = {
    ...attempt('control', {}),
    ending: 'faulted',
    fault: { code: 'grid.session-lost', cause: 'grid', message: 'gone' },
  };
  const verdict = verdictOf(attempt('subject', { page: 'failed' }), unheard, attempt('subject', { page: 'failed' }));
  assert.deepEqual([verdict.verdict, verdict.cause, verdict.attribution], ['failed', 'check', undefined]);
});

test('an incident of the run makes the answer suspect at most', () => {
  const attempts = alternating(3, { page: 'failed' }, { page: 'passed' });
  const verdict = judge({ siteId: 's', planned: ['page', 'button @extension'], attempts, atMost: 'suspect' });
  assert.deepEqual([verdict.verdict, verdict.cause, verdict.attribution], ['failed', 'extension', 'suspect']);
});

test('a history of failures makes the build less likely', () => {
  const attempts = alternating(3, { page: 'failed' }, { page: 'passed' });
  const probability = (failed: number): number =>
    judge({
      siteId: 's',
      planned: ['page'],
      attempts,
      knowledge: { earlier: new Map([['page', { failed, all: 10 }]]) },
    }).probability ?? 0;
  assert.ok(probability(0) > probability(3));
  assert.ok(probability(3) > probability(6));
});

const outcome = fc.constantFrom<CheckStatus>('passed', 'failed');
const armOf = fc.constantFrom<Arm>('subject', 'control');

test('one more load of the build that passes never makes the build likelier, one more that fails never less likely', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(armOf, outcome), { minLength: 2, maxLength: 12 }), (loads) => {
      const attempts = [attempt('subject', { page: 'failed' }), attempt('control', { page: 'passed' })].concat(
        loads.map(([arm, status]) => attempt(arm, { page: status })),
      );
      const of = (...more: Attempt[]): number =>
        judge({ siteId: 's', planned: ['page'], attempts: [...attempts, ...more] }).probability ?? 0;
      assert.ok(of(attempt('subject', { page: 'passed' })) <= of() + 1e-9);
      assert.ok(of(attempt('subject', { page: 'failed' })) >= of() - 1e-9);
    }),
  );
});

test('swapping the arms of a pair changes nothing of how long the pairs go on', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(outcome, outcome), { maxLength: 6 }),
      fc.array(fc.boolean(), { minLength: 6 }),
      (pairs, swaps) => {
        const madeOf = (swapped: boolean): Attempt[] => [
          attempt('subject', { page: 'failed' }),
          ...pairs.flatMap(([a, b], index) => {
            const [control, subject] = swapped && swaps[index] === true ? [b, a] : [a, b];
            return [attempt('control', { page: control }), attempt('subject', { page: subject })];
          }),
        ];
        const [plain, swapped] = [pairsOf(madeOf(false), true), pairsOf(madeOf(true), true)];
        assert.equal(plain.all, swapped.all);
        assert.equal(plain.both, swapped.both);
      },
    ),
  );
});

test('of a site in the sample, only the first load of each arm counts for the list, whatever follows', () => {
  const failing = { page: 'failed', 'button @extension': 'passed' } as const;
  const passing = { page: 'passed', 'button @extension': 'passed' } as const;
  const attempts = alternating(5, failing, passing);
  assert.deepEqual(firstPairOf(attempts), { subjectOnly: 1, controlOnly: 0, both: 0, all: 1 });
  const verdict = judge({ siteId: 's', planned: ['page', 'button @extension'], attempts, isSampled: true });
  assert.deepEqual(verdict.arms?.pairs, firstPairOf(attempts));
  assert.equal(verdict.arms?.sampled, true);
  assert.equal(verdict.attribution, 'broken');
  const mended = [attempt('control', failing, 1), attempt('subject', passing, 2)];
  assert.deepEqual(firstPairOf(mended), { subjectOnly: 0, controlOnly: 1, both: 0, all: 1 });
  assert.deepEqual(firstPairOf([attempt('control', failing)]), { subjectOnly: 0, controlOnly: 0, both: 0, all: 0 });
});

test('the speed is that of the suite, of loads that passed and ran the same checks', () => {
  const passing = { page: 'passed', 'button @extension': 'passed' } as const;
  const timed = (arm: Arm, suiteMs: number, statuses: Readonly<Record<string, CheckStatus>>): Attempt => ({
    ...attempt(arm, statuses),
    durationMs: 9999,
    suiteMs,
  });
  const judged = (...attempts: Attempt[]): unknown => verdictOf(...attempts).arms?.passMs;
  assert.deepEqual(judged(timed('subject', 30, passing), timed('control', 20, passing)), { subject: 30, control: 20 });
  const skipping = { ...passing, 'button @extension': 'skipped' } as const;
  assert.equal(judged(timed('subject', 30, passing), timed('control', 20, skipping)), undefined);
  assert.equal(judged(attempt('subject', passing), timed('control', 20, passing)), undefined);
});
