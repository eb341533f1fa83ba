import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyGroups } from '../../src/core/attribution/history-groups.ts';
import type { SiteVerdict } from '../../src/core/verdict.ts';

function verdict(siteId: string, more: Partial<SiteVerdict>): SiteVerdict {
  return { siteId, verdict: 'passed', checks: [], attempts: 1, durationMs: 1, ...more };
}

test('sites are grouped by their earlier runs, without those that say nothing about a flaky build', () => {
  const verdicts = [
    verdict('steady', {}),
    verdict('flaky', { verdict: 'flaky', cause: 'check', attribution: 'not-build' }),
    verdict('perhaps', { verdict: 'failed', cause: 'extension', attribution: 'suspect' }),
    verdict('open', { verdict: 'errored', cause: 'check', attribution: 'undecided' }),
    verdict('broken', { verdict: 'failed', cause: 'extension', attribution: 'broken' }),
    verdict('down', { verdict: 'failed', cause: 'site', attribution: 'not-build' }),
    verdict('lost', { verdict: 'errored', cause: 'grid' }),
    verdict('left-out', { verdict: 'skipped' }),
    verdict('new', {}),
  ];
  const earlier = new Map(
    verdicts.filter(({ siteId }) => siteId !== 'new').map(({ siteId }) => [siteId, { failed: 0, all: 9 }]),
  );
  earlier.set('open', { failed: 2, all: 9 });
  assert.deepEqual(historyGroups(verdicts, earlier), [
    { earlier: { failed: 0, all: 9 }, siteCount: 3, failedCount: 2 },
    { earlier: { failed: 2, all: 9 }, siteCount: 1, failedCount: 1 },
  ]);
});
