import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Site } from '../../src/core/site.ts';
import { hostOf } from '../../src/plan/hosts.ts';
import { shard } from '../../src/plan/shard.ts';
import { siteLists, weights } from './sites.ts';

const totals = fc.integer({ min: 1, max: 7 });
const maybeWeights = fc.option(weights, { nil: undefined });

function partsOf(
  sites: readonly Site[],
  total: number,
  durations?: ReadonlyMap<string, number>,
): readonly (readonly Site[])[] {
  return Array.from({ length: total }, (_, index) => shard(sites, { index: index + 1, total }, durations));
}

describe('the shards', () => {
  it('are disjoint and complete, keep the order of the list and are the same each time', () => {
    fc.assert(
      fc.property(siteLists, totals, maybeWeights, (sites, total, durations) => {
        const parts = partsOf(sites, total, durations);
        assert.deepEqual(
          parts
            .flat()
            .map(({ id }) => id)
            .toSorted(),
          sites.map(({ id }) => id).toSorted(),
        );
        for (const part of parts)
          assert.deepEqual(
            part,
            sites.filter((site) => part.includes(site)),
          );
        assert.deepEqual(partsOf([...sites], total, durations), parts);
      }),
    );
  });

  it('keep all sites of a host together', () => {
    fc.assert(
      fc.property(siteLists, totals, maybeWeights, (sites, total, durations) => {
        const hosts = partsOf(sites, total, durations).map((part) => new Set(part.map(({ url }) => hostOf(url))));
        assert.equal(
          hosts.reduce((sum, set) => sum + set.size, 0),
          new Set(sites.map(({ url }) => hostOf(url))).size,
        );
      }),
    );
  });

  it('without durations an added site moves no other', () => {
    fc.assert(
      fc.property(siteLists, totals, fc.nat(), fc.webUrl(), (sites, total, place, url) => {
        const added = sites.toSpliced(place % (sites.length + 1), 0, { id: 'added', url: new URL(url).href });
        const without = partsOf(added, total).map((part) => part.filter(({ id }) => id !== 'added'));
        assert.deepEqual(without, partsOf(sites, total));
      }),
    );
  });

  it('with durations do not depend on the order of the list, and are as even as whole hosts can be', () => {
    fc.assert(
      fc.property(siteLists, totals, weights, (sites, total, durations) => {
        const idsOf = (list: readonly Site[]): readonly string[][] =>
          partsOf(list, total, durations).map((part) => part.map(({ id }) => id).toSorted());
        assert.deepEqual(idsOf(sites.toReversed()), idsOf(sites));
      }),
    );
    const sites = [40, 30, 30, 20].map((_, index) => ({ id: `s${index}`, url: `https://h${index}.example/` }));
    const durations = new Map([40, 30, 30, 20].map((ms, index) => [`s${index}`, ms]));
    assert.deepEqual(
      partsOf(sites, 2, durations).map((part) => part.map(({ id }) => id)),
      [
        ['s0', 's3'],
        ['s1', 's2'],
      ],
    );
  });

  it('are even without durations where there are many hosts', () => {
    const sites = Array.from({ length: 10_000 }, (_, index) => ({
      id: `s${index}`,
      url: `https://h${index}.example/`,
    }));
    for (const part of partsOf(sites, 8)) assert.ok(Math.abs(part.length - 1250) < 150, String(part.length));
  });

  it('refuse a part that is not one of n', () => {
    for (const options of [
      { index: 0, total: 2 },
      { index: 3, total: 2 },
      { index: 1.5, total: 2 },
    ]) {
      assert.throws(() => shard([], options), { name: 'GridrunError', answer: 'refuse' });
    }
  });
});
