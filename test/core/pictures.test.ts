import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arm, Attempt, CheckResult } from '../../src/core/attempt.ts';
import { picturedChecks, picturesOf } from '../../src/core/attribution/pictures.ts';
import { makeFault } from '../../src/core/fault.ts';

const FAULT = makeFault('check.failed', 'no');

/** A check with its outcome, and with a picture if its file has a name. */
function check(title: string, failed: boolean, path?: string): CheckResult {
  const attachments =
    path === undefined ? {} : { attachments: [{ name: 'screenshot.png', path, contentType: 'image/png' }] };
  return failed
    ? { title, status: 'failed', durationMs: 1, fault: FAULT, ...attachments }
    : { title, status: 'passed', durationMs: 1, ...attachments };
}

function load(arm: Arm, ...checks: readonly CheckResult[]): Attempt {
  return { siteId: 's', attempt: 1, arm, ending: 'completed', startedAt: 0, durationMs: 1, checks };
}

test('a picture is kept of what failed with the build, until the control has shown it passing', () => {
  const failed = load('subject', check('a', true), check('b', false), check('c', true));
  assert.deepEqual(picturedChecks([failed]), ['a', 'c']);
  const once = [failed, load('control', check('a', false), check('b', false), check('c', true))];
  assert.deepEqual(picturedChecks(once), ['c']);
  // The control's first load of a sampled site came before anybody knew that a picture is wanted.
  assert.deepEqual(picturedChecks([load('control', check('a', false)), failed]), ['a', 'c']);
  assert.deepEqual(picturedChecks([load('subject', check('a', false))]), []);
});

test('the pictures of both arms are of the check that failed, and of the control passing if it did', () => {
  const subject = load('subject', check('a', true, 'fails'), check('b', false, 'other'));
  const both = [
    subject,
    load('control', check('a', true, 'fails-too')),
    load('subject', check('a', false, 'passes')),
    load('control', check('a', false, 'passes-without')),
  ];
  assert.deepEqual(picturesOf('a', both), { subject: 'fails', control: 'passes-without' });
  assert.deepEqual(picturesOf('a', both.slice(0, 2)), { subject: 'fails', control: 'fails-too' });
  assert.equal(picturesOf('a', [subject]), undefined);
  assert.equal(picturesOf('b', both), undefined);
});
