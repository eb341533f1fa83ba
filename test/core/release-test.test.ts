import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/core/event.ts';
import { releaseTestOf } from '../../src/core/release-test.ts';
import { RunState } from '../../src/core/run-state.ts';
import type { ArmsOfSite, SiteVerdict } from '../../src/core/verdict.ts';

const NO_LOADS = { failed: 0, all: 0 };
const PAIRS = { subjectOnly: 0, controlOnly: 0, both: 0, all: 1 };

/** A run with a control over sites that passed in both arms in so many ms. */
function stateOf(sites: readonly (ArmsOfSite['passMs'] & { sampled: boolean })[]): RunState {
  const state = new RunState();
  const started = {
    schema: 1,
    run: 'r',
    gridrun: '0.1.0',
    host: 'h',
    planHash: 'p',
    checks: [],
    sessions: 1,
    grid: 'g',
  };
  const shard = { index: 1, total: 1 };
  const rest = {
    siteCount: sites.length,
    duplicateCount: 0,
    shard,
    failOnFlaky: false,
    control: 'on-failure',
  } as const;
  const events: RunEvent[] = [
    { type: 'run-started', at: 0, ...started, ...rest },
    { type: 'sites-planned', at: 0, sites: sites.map((_, index) => ({ id: `s${index}`, url: 'https://a.example/' })) },
    ...sites.map(({ sampled, ...passMs }, index): RunEvent => {
      const arms = { check: '', subject: NO_LOADS, control: NO_LOADS, pairs: PAIRS, sampled, passMs };
      const verdict: SiteVerdict = {
        siteId: `s${index}`,
        verdict: 'passed',
        checks: [],
        control: 'passed',
        arms,
        attempts: 2,
        durationMs: 1,
      };
      return { type: 'site-judged', at: 0, verdict };
    }),
  ];
  for (const event of events) state.apply(event);
  return state;
}

test('pages are slower if those of the sample are: sites that failed say nothing about the others', () => {
  const slow = Array.from({ length: 12 }, () => ({ subject: 1100, control: 1000, sampled: true }));
  const noisy = Array.from({ length: 30 }, () => ({ subject: 500, control: 1000, sampled: false }));
  const { slower } = releaseTestOf(stateOf([...slow, ...noisy]))!;
  assert.deepEqual([slower?.siteCount, slower?.ratio], [12, 1.1]);
  assert.ok(Math.abs(slower!.p - 1 / 2 ** 12) < 1e-12);
});

test('without a sample, or with one that is too small, the speed was not measured', () => {
  const some = Array.from({ length: 9 }, () => ({ subject: 1100, control: 1000, sampled: true }));
  const noisy = Array.from({ length: 30 }, () => ({ subject: 500, control: 1000, sampled: false }));
  assert.equal(releaseTestOf(stateOf([...some, ...noisy]))?.slower, undefined);
});
