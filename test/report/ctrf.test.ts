import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { tallyCases } from '../../src/core/case-tally.ts';
import { RunState } from '../../src/core/run-state.ts';
import { ctrfText } from '../../src/report/ctrf.ts';
import { FakeRun, siteOf, variedRun } from '../support/run-events.ts';

// The published schema (https://github.com/ctrf-io/ctrf, schema/ctrf.schema.json), as far as it speaks of what is written:
// it forbids every other property.
const status = z.enum(['passed', 'failed', 'skipped', 'pending', 'other']);
const whole = z.number().int();
const extra = z.record(z.string(), z.unknown()).optional();
const TEST = z.strictObject({
  name: z.string().min(1),
  status,
  duration: whole,
  start: whole.optional(),
  stop: whole.optional(),
  suite: z.array(z.string()).min(1).optional(),
  message: z.string().optional(),
  trace: z.string().optional(),
  rawStatus: z.string().optional(),
  tags: z.array(z.string()).optional(),
  type: z.string().optional(),
  filePath: z.string().optional(),
  retries: whole.optional(),
  flaky: z.boolean().optional(),
  browser: z.string().optional(),
  attachments: z
    .array(z.strictObject({ name: z.string(), contentType: z.string(), path: z.string(), extra }))
    .optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  extra,
});
const REPORT = z.strictObject({
  reportFormat: z.literal('CTRF'),
  specVersion: z.string().regex(/^[0-9]+\.[0-9]+\.[0-9]+$/),
  generatedBy: z.string().optional(),
  extra,
  results: z.strictObject({
    tool: z.strictObject({ name: z.string().min(1), version: z.string().optional(), extra }),
    summary: z.strictObject({
      tests: whole,
      passed: whole,
      failed: whole,
      skipped: whole,
      pending: whole,
      other: whole,
      flaky: whole.optional(),
      suites: whole.optional(),
      start: whole,
      stop: whole,
      duration: whole.optional(),
      extra,
    }),
    tests: z.array(TEST),
    extra,
  }),
});

function reportOf(run: FakeRun): z.infer<typeof REPORT> {
  const state = new RunState();
  for (const event of run.events) state.apply(event);
  return REPORT.parse(JSON.parse([...ctrfText(state, 'out')].join('')));
}

test('every kind of verdict: as the published schema has it, with counts that agree with the tests and with JUnit', () => {
  const run = variedRun().ended();
  const { results } = reportOf(run);
  const { summary, tests } = results;
  for (const name of ['passed', 'failed', 'skipped', 'pending', 'other'] as const) {
    assert.equal(summary[name], tests.filter((one) => one.status === name).length, name);
  }
  const state = new RunState();
  for (const event of run.events) state.apply(event);
  const tally = tallyCases(state);
  assert.deepEqual(
    [summary.tests, summary.failed + summary.pending, summary.skipped],
    [tally.tests, tally.failures + tally.errors, tally.skipped],
  );
  assert.equal(summary.flaky, tests.filter(({ flaky }) => flaky === true).length);
  const works = tests.find(({ suite, name }) => suite?.[0] === 'bad' && name === 'form works');
  assert.deepEqual([works?.status, works?.message, works?.retries], ['failed', 'second', 1]);
  assert.deepEqual(works?.attachments, [
    { name: 'screenshot', contentType: 'image/png', path: 'out/evidence/bad/form-works/1/page.png' },
  ]);
});

test('a run that was cut off at once is a report too', () => {
  assert.equal(reportOf(new FakeRun([], [])).results.tests.length, 0);
  assert.deepEqual(
    reportOf(new FakeRun([siteOf('a')], ['t'])).results.tests.map((one) => one.status),
    ['pending'],
  );
});
