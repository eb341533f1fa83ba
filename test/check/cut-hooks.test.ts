import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile } from './module-kinds.ts';
import { siteNamed, startBench, statuses } from './suite-bench.ts';

// Every check has passed when a hook uses up the time of the site, or holds its process.
const HOOKS = {
  'an afterEach that never ends': [
    'afterEach(function () { this.timeout(0); return new Promise(() => {}); });',
    'site.timeout',
  ],
  'an after that never ends': [
    'after(function () { this.timeout(0); return new Promise(() => {}); });',
    'site.timeout',
  ],
  'an after that ends the process': ['after(() => process.abort());', 'check.ended-process'],
  'an after that blocks the process': ['after(() => { for (;;); });', 'runner.endless-loop'],
} as const;

for (const [name, [hook, code]] of Object.entries(HOOKS))
  test(`${name} leaves no site passed`, async () => {
    await using bench = await startBench({
      stallLimitMs: 400,
      checkTimeoutMs: 30_000,
      files: checkFile('esm', `it('works', () => {}); it('works too', () => {}); ${hook}`),
    });
    const timeoutMs = code === 'site.timeout' ? 300 : 5000;
    const outcome = await bench.attempt({ site: { ...siteNamed('one'), timeoutMs } });
    assert.equal(outcome.ending, code === 'check.ended-process' ? 'faulted' : 'timed-out');
    const charged = outcome.checks.filter(({ status }) => status === 'failed' || status === 'errored');
    assert.equal(charged.length, 1, statuses(outcome).join());
    assert.equal(charged[0]?.fault?.code, code);
  });
