import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AttemptOrder } from '../../src/core/ports.ts';
import { FAILED, FakeGrid, FakeRunner, PASSED, dispatchOver, sitesOf } from './fakes.ts';

const YOUNG_SITES = 5;

/** How a site fails: never, with the build, in both arms, or in the loads of a list. */
const kind = fc.oneof(
  { weight: 6, arbitrary: fc.constant<'never'>('never') },
  fc.constant<'build'>('build'),
  fc.constant<'both'>('both'),
  fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
);

function fails(how: 'never' | 'build' | 'both' | boolean[], { arm, attempt }: AttemptOrder): boolean {
  if (typeof how === 'string') return how === 'both' || (how === 'build' && arm === 'subject');
  return how[attempt - 1] ?? false;
}

/** The orders of each session, in order. */
function bySession(orders: readonly AttemptOrder[]): AttemptOrder[][] {
  return [...Map.groupBy(orders, ({ session }) => session.sessionId).values()];
}

test('both arms are compared in equally fresh sessions, none of which has loaded the site before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(kind, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(0, 0.3),
      async (kinds, capacity, nodes, controlSample) => {
        const runner = new FakeRunner((order) =>
          fails(kinds[Number(order.site.id.slice(1))]!, order) ? FAILED : PASSED,
        );
        const grid = new FakeGrid(capacity, { node: (session) => `node${session % nodes}` });
        const { dispatcher, verdicts } = dispatchOver(
          sitesOf(kinds.length),
          { grid, runner },
          { control: 'on-failure', controlSample },
        );
        await dispatcher.run();
        assert.equal(verdicts().size, kinds.length);
        assert.equal(grid.open, 0);
        assert.ok(grid.maxOpen <= capacity);
        for (const orders of bySession(runner.orders)) {
          assert.equal(new Set(orders.map(({ arm }) => arm)).size, 1, 'a session serves one arm');
          for (const [place, order] of orders.entries()) {
            if (!order.isCompared) continue;
            assert.ok(place < YOUNG_SITES, `a comparison in a session that has taken ${place} sites`);
            const before = orders.slice(0, place).map(({ site }) => site.id);
            assert.ok(!before.includes(order.site.id), 'a session has loaded the site before');
          }
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('a session takes the loads of several comparisons, one after another', async () => {
  const runner = new FakeRunner(({ site, arm }) =>
    Number(site.id.slice(1)) % 10 === 0 && arm === 'subject' ? FAILED : PASSED,
  );
  const grid = new FakeGrid(10);
  const { dispatcher } = dispatchOver(sitesOf(1_000), { grid, runner }, { control: 'on-failure' });
  await dispatcher.run();
  const ofControl = bySession(runner.orders).filter(([first]) => first?.arm === 'control');
  const loads = ofControl.flat().length;
  assert.equal(loads, 400);
  assert.ok(ofControl.length < loads / 2, `${ofControl.length} sessions for ${loads} loads of the control`);
});

test('a session is kept after a failure that the other arm had too, and closed after any other', async () => {
  const closed = async (isDown: boolean): Promise<string[]> => {
    const runner = new FakeRunner(({ site, arm }) =>
      site.id === 's0' && (isDown || arm === 'subject') ? FAILED : PASSED,
    );
    const { dispatcher, events } = dispatchOver(
      sitesOf(200),
      { grid: new FakeGrid(2), runner },
      { control: 'on-failure', sitesPerSession: 1_000 },
    );
    await dispatcher.run();
    const failed = runner.orders.filter(({ site, arm }) => site.id === 's0' && (isDown || arm === 'subject'));
    const lastOf = bySession(runner.orders).map((orders) => orders.at(-1));
    assert.equal(events.filter((event) => event.type === 'session-opened').length, lastOf.length);
    return failed.map((order) => (lastOf.includes(order) ? 'closed' : 'kept'));
  };
  assert.deepEqual(await closed(false), ['closed', 'closed', 'closed', 'closed', 'closed']);
  const [first, ...others] = await closed(true);
  assert.equal(first, 'closed');
  assert.ok(others.includes('kept'), others.join(', '));
});

test('each arm of a comparison goes round all nodes, though sessions are kept', async () => {
  const runner = new FakeRunner(({ site, arm }) =>
    Number(site.id.slice(1)) % 20 === 0 && arm === 'subject' ? FAILED : PASSED,
  );
  const load = new Map<string, number>();
  const grid = new FakeGrid(12, {
    node: (_session, { avoidNodes }) => {
      const nodes = ['a', 'b', 'c', 'd'].filter((name) => !avoidNodes.includes(name));
      const node = nodes.toSorted((one, other) => (load.get(one) ?? 0) - (load.get(other) ?? 0))[0] ?? 'a';
      load.set(node, (load.get(node) ?? 0) + 1);
      return node;
    },
  });
  const { dispatcher } = dispatchOver(sitesOf(600), { grid, runner }, { control: 'on-failure' });
  await dispatcher.run();
  const ofSites = Map.groupBy(
    runner.orders.filter(({ isCompared }) => isCompared),
    ({ site, arm }) => `${site.id} ${arm}`,
  );
  assert.equal(ofSites.size, 60);
  const counts = ofSites.values().map((orders) => new Set(orders.map(({ session }) => session.node)).size);
  const again = [...counts].filter((count) => count < 3);
  // Near the end of the run, the sessions that are left may all be on nodes that the arm has had.
  assert.ok(again.length <= 6, `${again.length} of 60 used a node again before they had them all`);
});

test('a grid that gives sessions on one node only is not asked for another one again and again', async () => {
  const runner = new FakeRunner(({ site, arm }) => (site.id === 's0' && arm === 'subject' ? FAILED : PASSED));
  // The first session is on a node of its own, and stays open.
  const grid = new FakeGrid(2, { node: (session) => (session === 0 ? 'a' : 'b') });
  const { dispatcher, events } = dispatchOver(sitesOf(300), { grid, runner }, { control: 'on-failure' });
  await dispatcher.run();
  const opened = events.filter((event) => event.type === 'session-opened').length;
  assert.equal(runner.orders.filter(({ site }) => site.id === 's0').length, 9);
  assert.ok(opened < 50, `${opened} sessions`);
});
