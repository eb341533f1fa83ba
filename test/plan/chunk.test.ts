import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chunk } from '../../src/plan/chunk.ts';
import { expectedDurations } from '../../src/plan/durations.ts';
import { siteLists, weights } from './sites.ts';

const sessions = fc.integer({ min: 1, max: 9 });
const chunkSize = fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 9 }));

describe('the chunker', () => {
  it('makes a partition, numbered from 0, with nothing empty, the same each time', () => {
    fc.assert(
      fc.property(siteLists, weights, sessions, chunkSize, (sites, known, count, size) => {
        const options = { sessions: count, chunkSize: size, expectedMs: expectedDurations(known) };
        const units = chunk(sites, options);
        assert.deepEqual(units.flatMap(({ siteIds }) => siteIds).toSorted(), sites.map(({ id }) => id).toSorted());
        assert.deepEqual(
          units.map(({ index }) => index),
          units.map((_, index) => index),
        );
        assert.ok(units.every(({ siteIds }) => siteIds.length > 0));
        assert.deepEqual(chunk([...sites], options), units);
      }),
    );
  });

  it('puts longer sites first, and keeps the order of the list among equals', () => {
    fc.assert(
      fc.property(siteLists, weights, sessions, chunkSize, (sites, known, count, size) => {
        const expectedMs = expectedDurations(known);
        const units = chunk(sites, { sessions: count, chunkSize: size, expectedMs });
        const expected = sites.toSorted((a, b) => expectedMs(b) - expectedMs(a)).map(({ id }) => id);
        assert.deepEqual(
          units.flatMap(({ siteIds }) => siteIds),
          expected,
        );
        for (const { siteIds, expectedMs: ms } of units)
          assert.equal(
            ms,
            siteIds.reduce((sum, id) => sum + expectedMs({ id }), 0),
          );
      }),
    );
  });

  it('keeps every unit within a size that is given, and fills all but the last', () => {
    fc.assert(
      fc.property(siteLists, weights, fc.integer({ min: 1, max: 9 }), (sites, known, size) => {
        const units = chunk(sites, { sessions: 3, chunkSize: size, expectedMs: expectedDurations(known) });
        assert.ok(units.slice(0, -1).every(({ siteIds }) => siteIds.length === size));
        assert.ok((units.at(-1)?.siteIds.length ?? 0) <= size);
      }),
    );
  });

  it('with auto makes no unit heavier than what is left / (2 × sessions), or it is one site', () => {
    fc.assert(
      fc.property(siteLists, weights, sessions, (sites, known, count) => {
        const units = chunk(sites, { sessions: count, chunkSize: 'auto', expectedMs: expectedDurations(known) });
        let leftMs = units.reduce((sum, unit) => sum + unit.expectedMs, 0);
        for (const unit of units) {
          assert.ok(unit.siteIds.length === 1 || unit.expectedMs <= leftMs / (2 * count));
          leftMs -= unit.expectedMs;
        }
      }),
    );
  });

  it('with auto begins large and ends small', () => {
    const sites = Array.from({ length: 1000 }, (_, index) => ({ id: `s${index}`, url: 'https://a.example/' }));
    const sizes = chunk(sites, { sessions: 5, chunkSize: 'auto', expectedMs: () => 10 }).map(
      ({ siteIds }) => siteIds.length,
    );
    assert.deepEqual(sizes.slice(0, 3), [100, 90, 81]);
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => b - a),
    );
    assert.deepEqual(sizes.slice(-10), Array(10).fill(1));
  });

  it('takes weights that are no numbers', () => {
    const sites = [
      { id: 'a', url: 'https://a.example/' },
      { id: 'b', url: 'https://b.example/' },
    ];
    for (const ms of [NaN, Infinity, -5, 0])
      assert.equal(chunk(sites, { sessions: 1, chunkSize: 'auto', expectedMs: () => ms }).length, 2);
    assert.deepEqual(chunk([], { sessions: 1, chunkSize: 'auto', expectedMs: () => 1 }), []);
  });
});
