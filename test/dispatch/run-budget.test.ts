import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadsOfRun, RunBudget } from '../../src/dispatch/run-budget.ts';

test('a run never has more loads for comparisons than its budget, and no pair is left half', () => {
  const loads = fc.nat(80);
  const turns = fc.array(fc.record({ site: fc.nat(20), end: fc.boolean() }), { maxLength: 300 });
  fc.assert(
    fc.property(loads, turns, (all, script) => {
      const budget = new RunBudget(all);
      const taken = new Map<string, number>();
      const ended = new Set<string>();
      let sum = 0;
      for (const { site, end } of script) {
        const id = `s${site}`;
        const count = taken.get(id) ?? 0;
        const opensPair = count % 2 === 0;
        if (ended.has(id)) continue;
        const isGranted = budget.take(id, opensPair);
        if (isGranted) taken.set(id, count + 1);
        else assert.ok(opensPair, 'the second load of a pair was refused');
        sum += isGranted ? 1 : 0;
        assert.ok(sum <= all);
        // Three pairs are kept for each site that has begun.
        if (!isGranted) assert.ok(count === 0 || count >= 6, `cut after ${count}`);
        if (!isGranted || (end && !opensPair)) {
          budget.end(id);
          ended.add(id);
        }
      }
    }),
  );
});

test('the budget of a run is a share of its sites, and enough for 25 sites in any case', () => {
  assert.equal(loadsOfRun(10_000, 0.25, 12), 2500);
  assert.equal(loadsOfRun(20, 0.25, 12), 300);
});
