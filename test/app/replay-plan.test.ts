import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundArchive } from '../../src/app/replay/find-archives.ts';
import { playedSite } from '../../src/app/replay/played-site.ts';
import { planReplay, refuseManyHeld, refuseMissingVariables } from '../../src/app/replay/replay-plan.ts';
import { GridrunError } from '../../src/core/fault.ts';
import type { Site } from '../../src/core/site.ts';
import { sampleRecording } from '../recording/sample-recording.ts';

function archive(site: Site, started: string): FoundArchive {
  return {
    path: `/r/${started}.har.zip`,
    site,
    startedAt: Date.parse(started),
    arm: 'subject',
    hadExtension: false,
    failed: [],
    checkFiles: [],
  };
}

const SHOP = { id: 'shop', url: 'https://shop.test/', tags: ['eu'], once: true, skip: 'down' } as const;
const BANK = { id: 'bank', url: 'https://bank.test/', env: ['BANK_PASSWORD'] } as const;

const isRefused = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof GridrunError && error.code === code && text.test(error.message);

test('each recording is a site with its own address and data, as often as one likes', () => {
  const { list, nights } = planReplay(
    [archive(SHOP, '2026-11-27T02:00:00Z'), archive(BANK, '2026-11-27T03:00:00Z')],
    [],
  );
  assert.deepEqual(list.sites, [{ id: 'shop', url: 'https://shop.test/', tags: ['eu'] }, BANK]);
  assert.deepEqual(nights, []);
});

test('recordings of one site are nights, the earlier one first', () => {
  const [late, early] = [archive(SHOP, '2026-11-27T02:00:00Z'), archive(SHOP, '2026-11-26T02:00:00Z')];
  const { sites, nights } = planReplay([late, early], []);
  const [before, tonight] = ['shop_20261126T020000', 'shop_20261127T020000'];
  assert.deepEqual(nights, [{ siteId: 'shop', before, tonight }]);
  assert.deepEqual([sites.get(before)?.archive, sites.get(tonight)?.archive], [early, late]);
  assert.deepEqual(planReplay([late, early, late], []).nights, []);
  assert.equal(planReplay([late, early, late], []).sites.size, 3);
});

test('--site takes ids and hosts of the recorded list', () => {
  const archives = [
    archive(SHOP, '2026-11-27T02:00:00Z'),
    archive(SHOP, '2026-11-26T02:00:00Z'),
    archive(BANK, '2026-11-26T02:00:00Z'),
  ];
  const ids = (globs: readonly string[]): string[] => [...planReplay(archives, globs).sites.keys()];
  assert.deepEqual(ids(['shop']), ['shop_20261126T020000', 'shop_20261127T020000']);
  assert.deepEqual(ids(['bank.test']), ['bank']);
  assert.throws(() => ids(['nobody']), isRefused('sites.unmatched', /matches no site/));
});

test('--hold needs one site, and the checks need their environment', () => {
  const plan = planReplay([archive(SHOP, '2026-11-27T02:00:00Z'), archive(BANK, '2026-11-26T02:00:00Z')], []);
  assert.throws(() => refuseManyHeld(plan), isRefused('options', /2 sites/));
  refuseManyHeld(planReplay([archive(SHOP, '2026-11-27T02:00:00Z')], []));
  assert.throws(() => refuseMissingVariables(plan, {}), isRefused('sites.mistakes', /BANK_PASSWORD/));
  refuseMissingVariables(plan, { BANK_PASSWORD: 'x' });
});

test('a request that Chrome itself stopped has no answer in the recording, one that the network failed has', () => {
  const failed = (path: string, error: string) => ({
    url: `https://shop.test${path}`,
    status: 0,
    more: {
      response: { ...sampleRecording([{ url: 'https://x.test/' }]).log.entries[0]!.response, status: 0, _error: error },
    },
  });
  const { answers, recordedAt } = playedSite(
    sampleRecording([
      failed('/blocked', 'net::ERR_BLOCKED_BY_CLIENT'),
      failed('/left', 'net::ERR_ABORTED'),
      failed('/down', 'net::ERR_CONNECTION_RESET'),
      // A rule of an extension redirected it.
      { url: 'https://shop.test/app.js', status: 307, headers: { 'Non-Authoritative-Reason': 'WebRequest API' } },
      { url: 'https://shop.test/', body: 'page' },
    ]),
  );
  assert.deepEqual(
    answers.map(({ url, status, body }) => [url, status, body.toString()]),
    [
      ['https://shop.test/down', 0, ''],
      ['https://shop.test/', 200, 'page'],
    ],
  );
  assert.equal(recordedAt, Date.parse('2026-11-27T02:00:00.000Z'));
});
