import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectedDurations, parseDurations, readDurations } from '../../src/plan/durations.ts';
import { planHash } from '../../src/plan/plan-hash.ts';

const EXPECTED = new Map([
  ['a', 1000],
  ['b', 2500.5],
]);

describe('the durations of an earlier run', () => {
  it('are read from results.json, a map, NDJSON of either, and a journal', () => {
    const forms = [
      '{"version":1,"sites":[{"id":"a","durationMs":1000,"verdict":"passed"},{"id":"b","durationMs":2500.5},{"id":"c","durationMs":0},{"id":"d"},7]}',
      '{"a":1000,"b":2500.5}',
      '{"a":1000}\n{"b":2500.5}\n',
      '{"id":"a","durationMs":1000}\n\n{"id":"b","durationMs":2500.5}\n{"id":"b","dura',
      '{"type":"run-started","at":1}\n{"type":"site-judged","at":2,"verdict":{"siteId":"a","durationMs":1000}}\n{"type":"site-judged","at":3,"verdict":{"siteId":"b","durationMs":2500.5}}\n{"type":"run-ended","at":4,"durationMs":5}',
    ];
    for (const form of forms) assert.deepEqual(parseDurations(form, 'file'), EXPECTED, form);
  });

  it('are refused where there are none', async () => {
    for (const text of ['', 'hello', '[]', '{"sites":[]}', '{"a":"soon"}'])
      assert.throws(() => parseDurations(text, 'file'), { answer: 'refuse', code: 'plan.durations' });
    await assert.rejects(readDurations('nowhere.json', { cwd: '/' }), {
      answer: 'refuse',
      message: /cannot read the durations file .*nowhere\.json: there is no such file/,
    });
  });

  it('give what is known, else the median of it, else 10 s', () => {
    const expectedMs = expectedDurations(
      new Map([
        ['a', 1],
        ['b', 1000],
        ['c', 20],
      ]),
    );
    assert.deepEqual(
      ['a', 'b', 'x'].map((id) => expectedMs({ id })),
      [1, 1000, 20],
    );
    assert.equal(expectedDurations()({ id: 'x' }), 10_000);
  });
});

describe('the hash of a plan', () => {
  const selection = { tags: ['a', 'b'], sites: [] };

  it('is of list, selection and durations, and of nothing else', () => {
    const base = planHash({ list: 'x', selection, durations: EXPECTED });
    assert.match(base, /^[0-9a-f]{64}$/);
    assert.equal(
      planHash({
        list: 'x',
        selection: { tags: ['b', 'a'], sites: [] },
        durations: new Map([...EXPECTED].toReversed()),
      }),
      base,
    );
    const others = [
      planHash({ list: 'y', selection, durations: EXPECTED }),
      planHash({ list: 'x', selection: { tags: ['a'], sites: ['b'] }, durations: EXPECTED }),
      planHash({ list: 'x', selection: { ...selection, grep: 'login' }, durations: EXPECTED }),
      planHash({ list: 'x', selection: { ...selection, grepInvert: 'login' }, durations: EXPECTED }),
      planHash({ list: 'x', selection, durations: new Map([['a', 1]]) }),
      planHash({ list: 'x', selection }),
    ];
    assert.equal(new Set([base, ...others]).size, 7);
  });
});
