import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunEvent, RunStarted } from '../../src/core/event.ts';
import { exitOf, outcomeOf } from '../../src/core/outcome.ts';
import { stoppedByBail } from '../../src/core/case-tally.ts';
import { foldEvents } from '../../src/results/fold.ts';
import { mergeShards } from '../../src/results/merge.ts';
import type { ShardEvents } from '../../src/results/shard-cursor.ts';
import { siteResult } from '../../src/results/results-json.ts';
import { chooseShards, shardsWithOtherImports, type ShardFolder } from '../../src/results/shards.ts';
import { collect } from '../support/collect.ts';
import { FakeRun, failed, passed, siteOf } from '../support/run-events.ts';

const TITLES = ['one', 'two'];
const SITES = Array.from({ length: 12 }, (_, index) => siteOf(`s${index}`));

/** The sites whose place in the list leaves this rest; each third one fails. */
function partOf(index: number, total: number, facts: Partial<RunStarted> = {}): FakeRun {
  const indexes = SITES.flatMap((_, place) => (place % total === index - 1 ? [place] : []));
  const sites = indexes.flatMap((place) => SITES[place] ?? []);
  const run = new FakeRun(sites, TITLES, { run: `run-${index}`, shard: { index, total }, ...facts });
  run.events[1] = { ...run.events[1], indexes } as RunEvent;
  run.session(`session-${index}`);
  for (const [at, { id }] of sites.entries()) {
    run
      .attempt(id, [passed('one'), (indexes[at] ?? 0) % 3 === 0 ? failed('two') : passed('two')], {
        sessionId: `session-${index}`,
      })
      .judged(id);
  }
  return run.add({
    type: 'session-closed',
    sessionId: `session-${index}`,
    slot: 0,
    reason: 'done',
    siteCount: sites.length,
  });
}

function shardOf(run: FakeRun, finished = true): ShardEvents {
  return { path: 'somewhere', header: run.events[0] as RunStarted, finished, events: run.events };
}

function folderOf(run: FakeRun, path: string, finished = true): ShardFolder {
  return { path, header: run.events[0] as RunStarted, finished };
}

test('shards in any order come to the same journal, with the sites in the order of the list', async () => {
  const shards = [1, 2, 3].map((index) => shardOf(partOf(index, 3).ended()));
  const expected = await collect(mergeShards(shards, [], '0.1.0'));
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(shards, { minLength: 3 }), async (some) => {
      assert.deepEqual(await collect(mergeShards(some, [], '0.1.0')), expected);
    }),
    { numRuns: 6 },
  );
  const merged = await foldEvents(expected);
  const whole = await foldEvents(partOf(1, 1).ended().events);
  assert.deepEqual([...merged.sites()].map(siteResult), [...whole.sites()].map(siteResult));
  assert.deepEqual(merged.counts(), whole.counts());
  assert.equal(merged.started?.siteCount, 12);
  assert.deepEqual(merged.started?.shard, { index: 1, total: 1 });
  assert.equal(expected.filter((event) => event.type === 'run-started' || event.type === 'run-ended').length, 2);
  assert.ok(expected.every((event, index) => index === 0 || event.at >= (expected[index - 1]?.at ?? 0)));
  const slots = new Set(expected.flatMap((event) => (event.type === 'attempt-started' ? event.slot : [])));
  assert.deepEqual([...slots], [0, 1, 2]);
});

test('what every shard says is said once', async () => {
  const shards = [1, 2].map((index) =>
    shardOf(partOf(index, 2).add({ type: 'notice', level: 'info', code: 'grid.image', text: 'the same' }).ended()),
  );
  const events = await collect(mergeShards(shards, [], '0.1.0'));
  assert.equal(events.filter((event) => event.type === 'notice').length, 1);
});

test('the bail of one shard is not the reason of another that was cut off', async () => {
  const bailed = new FakeRun([siteOf('b0'), siteOf('b1')], TITLES, { shard: { index: 1, total: 2 } })
    .attempt('b0', [failed('one'), passed('two')])
    .judged('b0')
    .add({ type: 'run-stopping', reason: 'max-failures', text: 'stopped by --max-failures 1 (drain)' });
  bailed
    .add({
      type: 'site-judged',
      verdict: {
        siteId: 'b1',
        verdict: 'not-run',
        checks: TITLES.map((title) => ({
          title,
          status: 'not-run',
          flaky: false,
          durationMs: 0,
          reason: 'stopped by --max-failures 1',
        })),
        attempts: 0,
        durationMs: 0,
        stoppedBy: 'max-failures',
      },
    })
    .ended('max-failures');
  const cut = new FakeRun([siteOf('c0')], TITLES, { shard: { index: 2, total: 2 } });
  const state = await foldEvents(mergeShards([shardOf(bailed), shardOf(cut, false)], [], '0.1.0'));
  const byBail = [...state.sites()].filter((entry) => stoppedByBail(entry.verdict)).map(({ site }) => site.id);
  assert.deepEqual(byBail, ['b1']);
  assert.match(state.site('c0')?.verdict.checks[0]?.reason ?? '', /shard 2\/2 was cut off/);
});

test('a rerun of failed sites, other check files and another use of the control are named', () => {
  const facts = { control: 'on-failure', suiteHash: 'suite-1' } as const;
  const whole = folderOf(partOf(1, 3, facts), 'a');
  const named = (other: Partial<RunStarted>): string =>
    chooseShards([whole, folderOf(partOf(2, 3, facts), 'b'), folderOf(partOf(3, 3, { ...facts, ...other }), 'c')])
      .faults.map(({ code, message }) => `${code} ${message}`)
      .join('\n');
  assert.equal(named({}), '');
  assert.match(
    named({ lastFailed: true }),
    /^merge\.rerun shard 3\/3 in c is a rerun of failed sites \(--last-failed\)/,
  );
  assert.match(named({ suiteHash: 'suite-2' }), /^merge\.foreign c .*: the content of the check files differ/);
  assert.match(
    named({ chrome: 'shell' }),
    /^merge\.foreign c .*: --chrome \(headless shell instead of full Chrome\) differ/,
  );
  assert.equal(named({ chrome: 'full' }), '');
  assert.match(named({ control: 'always' }), /^merge\.foreign c .*: when the control runs \(--control-all\) differ/);
});

test('shards that import other helpers are named, as far as their journals know them', () => {
  const shards = ['one', undefined, 'one', 'two'].map((importsHash, index) => {
    const { path, header } = folderOf(partOf(index + 1, 4, importsHash === undefined ? {} : { importsHash }), 'a');
    return { path, header: header!, finished: true };
  });
  assert.deepEqual(shardsWithOtherImports(shards), ['shard 4/4']);
});

test('each of the four mistakes is named, and the answer does not depend on the order', () => {
  const foreign = partOf(1, 3, { run: 'other', planHash: 'hash-2' });
  const folders = [
    folderOf(partOf(1, 4), 'a'),
    folderOf(partOf(2, 4), 'b', false),
    folderOf(partOf(2, 4, { run: 'again' }), 'b-again'),
    folderOf(partOf(4, 4), 'd', false),
    folderOf(foreign, 'f'),
    { path: 'empty', finished: false },
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(folders, { minLength: folders.length }), (some) => {
      const { shards, faults } = chooseShards(some);
      assert.deepEqual(
        shards.map(({ path }) => path),
        ['a', 'b-again', 'd'],
      );
      assert.deepEqual(
        faults.map(({ code }) => code),
        ['merge.empty', 'merge.foreign', 'merge.missing', 'merge.doubled', 'merge.unfinished'],
      );
      const text = faults.map(({ message }) => message).join('\n');
      assert.match(text, /^empty has no journal/m);
      assert.match(text, /^f \(shard 1\/3\) has a different plan.*list.*number of shards/m);
      assert.match(text, /^shard 3\/4 is missing/m);
      assert.match(text, /^shard 2\/4 was given 2 times; the merge uses b-again, not b$/m);
      assert.match(text, /^shard 4\/4 in d did not finish/m);
    }),
  );
  assert.throws(() => chooseShards([{ path: 'empty', finished: false }]), /nothing to merge/);
});

test('a mistake is in the exit code, also where all that is there has passed', async () => {
  const { faults } = chooseShards([folderOf(partOf(1, 2), 'a')]);
  const passing = new FakeRun([siteOf('a')], TITLES)
    .attempt('a', [passed('one'), passed('two')])
    .judged('a')
    .ended();
  const state = await foldEvents(mergeShards([shardOf(passing)], faults, '0.1.0'));
  assert.equal(exitOf(outcomeOf(state)).code, 3);
});

test('a shard that becomes unreadable in its middle is named, and the others go on', async () => {
  async function* torn(): AsyncGenerator<RunEvent> {
    const { replay } = await import('../../src/results/replay.ts');
    yield* partOf(1, 2).events.slice(0, 5);
    yield* replay('/nowhere/events.ndjson');
  }
  const first = partOf(1, 2);
  const state = await foldEvents(
    mergeShards([{ ...shardOf(first), events: torn() }, shardOf(partOf(2, 2).ended())], [], '0.1.0'),
  );
  assert.deepEqual(
    state.ended?.faults.map(({ code }) => code),
    ['merge.unreadable'],
  );
  assert.equal(state.counts()['not-run'], 5);
});

test('sites that a damaged journal of a finished shard does not show are not-run for that reason, not for that of another', async () => {
  async function* damaged(): AsyncGenerator<RunEvent> {
    const { replay } = await import('../../src/results/replay.ts');
    yield* partOf(2, 2).events.slice(0, 2);
    yield* replay('/nowhere/events.ndjson');
  }
  const first = partOf(1, 2);
  first.add({ type: 'run-stopping', reason: 'max-failures', text: 'stopped by --max-failures 1 (drain)' });
  const second = { ...shardOf(partOf(2, 2).ended()), events: damaged() };
  const state = await foldEvents(mergeShards([shardOf(first.ended('max-failures')), second], [], '0.1.0'));
  const lost = [...state.sites()].filter(({ verdict }) => verdict.verdict === 'not-run');
  assert.ok(lost.length > 0);
  for (const { verdict } of lost) {
    assert.equal(stoppedByBail(verdict), false);
    assert.match(verdict.checks[0]?.reason ?? '', /^shard 2\/2 has a damaged journal, which does not show it$/);
  }
});
