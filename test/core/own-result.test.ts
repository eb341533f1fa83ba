import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownResult } from '../../src/core/attribution/own-result.ts';
import type { Build, BuildsOfRun } from '../../src/core/builds.ts';
import type { CheckVerdict, SiteVerdict } from '../../src/core/verdict.ts';

const check = (more: Partial<CheckVerdict>): CheckVerdict => ({
  title: 't',
  status: 'failed',
  flaky: false,
  durationMs: 1,
  cause: 'check',
  ...more,
});

const site = (more: Partial<SiteVerdict>): SiteVerdict => ({
  siteId: 's',
  verdict: 'failed',
  cause: 'check',
  checks: [],
  attempts: 1,
  durationMs: 1,
  ...more,
});

const build = (sha256: string): Build => ({ name: 'mine', version: '1.0', sha256 });
const AGAINST_NONE: BuildsOfRun = { subject: build('a'), control: 'none' };

const LOADS = { failed: 0, all: 4 };
const arms = (failed: number, of = 't'): Pick<SiteVerdict, 'arms' | 'control'> => ({
  control: failed > 0 ? 'flaky' : 'passed',
  arms: {
    check: of,
    subject: { failed: 2, all: 5 },
    control: { ...LOADS, failed },
    pairs: { subjectOnly: 1, controlOnly: 0, both: 0, all: 4 },
  },
});

test('without a build, every failure of check and site is the own one', () => {
  assert.equal(ownResult(check({}), site({}), undefined), 'failed');
  assert.equal(ownResult(check({ status: 'passed', flaky: true }), site({ verdict: 'flaky' }), undefined), 'failed');
  assert.equal(
    ownResult(check({ status: 'errored', cause: 'site' }), site({ verdict: 'errored' }), undefined),
    'failed',
  );
});

test('a failure before the run was stopped is half an answer, and says nothing', () => {
  assert.equal(ownResult(check({}), site({ stoppedBy: 'interrupted' }), undefined), undefined);
  assert.equal(ownResult(check({ status: 'passed' }), site({ stoppedBy: 'interrupted' }), undefined), 'passed');
});

test('with a build, a failure is the own one only if the control says so', () => {
  assert.equal(ownResult(check({}), site({}), AGAINST_NONE), undefined, 'no control');
  assert.equal(
    ownResult(check({ status: 'passed', flaky: true }), site({ verdict: 'flaky' }), AGAINST_NONE),
    undefined,
  );
  const undecided = check({ status: 'errored' });
  assert.equal(ownResult(undecided, site({ attribution: 'undecided', ...arms(0) }), AGAINST_NONE), undefined);
  assert.equal(ownResult(undecided, site({ attribution: 'undecided', ...arms(1) }), AGAINST_NONE), 'failed');
  assert.equal(ownResult(undecided, site({ attribution: 'undecided', ...arms(1, 'u') }), AGAINST_NONE), undefined);
  assert.equal(
    ownResult(check({ cause: 'site' }), site({ attribution: 'not-build', ...arms(4) }), AGAINST_NONE),
    'failed',
  );
  assert.equal(
    ownResult(check({ cause: 'extension' }), site({ attribution: 'broken', ...arms(0) }), AGAINST_NONE),
    undefined,
  );
  // Another check of the site is broken by the build.
  assert.equal(
    ownResult(check({ cause: 'site' }), site({ attribution: 'broken', ...arms(0, 'u') }), AGAINST_NONE),
    'failed',
  );
});

test('a failure with two builds may be the doing of both', () => {
  const both = site({ attribution: 'not-build', ...arms(4) });
  const result = (builds: BuildsOfRun): unknown => ownResult(check({ cause: 'site' }), both, builds);
  assert.equal(result({ subject: build('a'), control: build('b') }), 'failed-with-both');
  assert.equal(result({ subject: build('a'), control: build('a') }), undefined, 'a calibration');
  assert.equal(result({ subject: build('a') }), undefined);
});

test('a pass counts with and without a build; what was not tried, or was lost, never does', () => {
  const passed = check({ status: 'passed' });
  for (const builds of [AGAINST_NONE, undefined]) {
    assert.equal(ownResult(passed, site({}), builds), 'passed');
    for (const status of ['skipped', 'not-run'] as const)
      assert.equal(ownResult(check({ status }), site({}), builds), undefined);
    for (const cause of ['grid', 'runner'] as const)
      assert.equal(ownResult(check({ status: 'errored', cause }), site({ cause }), builds), undefined);
  }
});
