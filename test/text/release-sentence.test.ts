import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReleaseTest } from '../../src/core/release-test.ts';
import { releaseSentence } from '../../src/text/release-sentence.ts';

const NIGHT: ReleaseTest = {
  broken: ['a', 'b', 'c', 'd'],
  suspect: [],
  mended: [],
  failedInBoth: [],
  undecided: [],
  noisy: [],
  test: { broken: 4, mended: 0, p: 1 },
  flakier: { subjectOnly: 15, controlOnly: 2, siteCount: 11, p: 0.0031 },
  slower: { siteCount: 40, ratio: 1.08, p: 0.0004 },
  noise: 0.016,
  isComplete: false,
};

test('a night in one sentence', async (t) => {
  const cases: Readonly<Record<string, [Partial<ReleaseTest>, string]>> = {
    'all of it': [
      {},
      "the build broke 4 sites, made 11 sites flakier (p = 0.003), and made pages 8 % slower (p = 4.0e-4); this list's own noise is 1.6 %",
    ],
    'nothing for sure': [
      {
        broken: [],
        suspect: ['x'],
        flakier: { subjectOnly: 1, controlOnly: 1, siteCount: 1, p: 0.75 },
        slower: { siteCount: 12, ratio: 1.01, p: 0.4 },
      },
      "the build broke 0 sites, probably broke 1 more, made no site measurably flakier (p = 0.750), and made pages not measurably slower (p = 0.400); this list's own noise is 1.6 %",
    ],
    'only one measured': [
      { broken: ['a'], slower: undefined as never },
      "the build broke 1 site, and made 11 sites flakier (p = 0.003); slower: not measured; this list's own noise is 1.6 %",
    ],
    'flakier than on earlier nights': [
      {
        flakierThanBefore: { siteCount: 900, failedCount: 24, expectedCount: 13.2, p: 0.004 },
        slower: undefined as never,
      },
      "the build broke 4 sites, and made about 11 sites flakier than on earlier nights (p = 0.004); slower: not measured; this list's own noise is 1.6 %",
    ],
    'a sample says more than earlier nights': [
      { sampleCount: 40, flakierThanBefore: { siteCount: 900, failedCount: 24, expectedCount: 13.2, p: 0.004 } },
      "the build broke 4 sites, made 11 sites flakier (p = 0.003), and made pages 8 % slower (p = 4.0e-4); this list's own noise is 1.6 %",
    ],
    'nothing measured': [
      { broken: ['a'], flakier: { subjectOnly: 0, controlOnly: 0, p: 1 }, slower: undefined as never },
      "the build broke 1 site; flakier and slower: not measured; this list's own noise is 1.6 %",
    ],
  };
  for (const [name, [change, sentence]] of Object.entries(cases))
    await t.test(name, () => assert.equal(releaseSentence({ ...NIGHT, ...change }), sentence));
});

test('a run of an earlier version has no sentence', () => {
  const { flakier: _flakier, noise: _noise, ...earlier } = NIGHT;
  assert.equal(releaseSentence(earlier), undefined);
});
