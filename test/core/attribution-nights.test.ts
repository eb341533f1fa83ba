import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosen, LIST } from '../../bench/attribution/list.ts';
import { night } from '../../bench/attribution/night.ts';
import { randomFrom } from '../support/random.ts';

// The short form of npm run bench:attribution, with fixed seeds.

test('forty nights of an innocent build: at most 0.1 sites a night are broken', () => {
  const broken: string[] = [];
  for (let seed = 1; seed <= 40; seed++) {
    const { verdicts, extra } = night({ seed, checkCount: 1, historyNights: 0, effect: () => 0 });
    assert.equal(verdicts.length, LIST.length);
    broken.push(...verdicts.filter(({ attribution }) => attribution === 'broken').map(({ siteId }) => siteId));
    assert.ok(extra < 0.25);
  }
  assert.ok(broken.length <= 4, broken.join(', '));
});

test('five nights of a build that breaks twenty steady sites: each is found, and no other', () => {
  const steady = LIST.filter(({ rate }) => rate === 0);
  for (let seed = 1; seed <= 5; seed++) {
    const bad = chosen(20, randomFrom(seed), steady);
    const { verdicts } = night({ seed, checkCount: 1, historyNights: 0, effect: (id) => (bad.has(id) ? 1 : 0) });
    const broken = verdicts.filter(({ attribution }) => attribution === 'broken').map(({ siteId }) => siteId);
    assert.deepEqual(broken.toSorted(), [...bad].toSorted());
  }
});

test('a night whose only node fails half of all it does blames no build', () => {
  const { verdicts } = night({
    seed: 1,
    checkCount: 1,
    historyNights: 0,
    nodeCount: 1,
    effect: () => 0,
    trouble: () => 0.5,
  });
  assert.equal(verdicts.filter(({ attribution }) => attribution === 'broken').length, 0);
});
