import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeFault } from '../../src/core/fault.ts';
import type { OwnedSession, SessionRequest } from '../../src/core/ports.ts';
import { FAILED, FAULTED, FakeGrid, FakeRunner, PASSED, dispatchOver, sitesOf } from './fakes.ts';

test('every site has exactly one verdict, no session is left and no limit is passed, whatever happens', async () => {
  const outcomes = fc.array(fc.constantFrom(PASSED, PASSED, PASSED, FAILED, FAULTED), { minLength: 1, maxLength: 40 });
  const shape = fc.record({
    count: fc.nat(30),
    capacity: fc.integer({ min: 1, max: 8 }),
    hosts: fc.integer({ min: 1, max: 6 }),
  });
  const modes = fc.constantFrom('never', 'on-failure', 'always');
  await fc.assert(
    fc.asyncProperty(
      outcomes,
      shape,
      fc.nat(2),
      fc.nat(2),
      modes,
      async (script, { count, capacity, hosts }, retries, infraRetries, control) => {
        const running = new Map<string, number>();
        let step = 0;
        const runner = new FakeRunner(async (order) => {
          const { host } = new URL(order.site.url);
          running.set(host, (running.get(host) ?? 0) + 1);
          assert.equal(running.get(host), 1, 'two sites of one host at once');
          await new Promise(setImmediate);
          running.set(host, 0);
          return script[step++ % script.length] ?? PASSED;
        });
        const grid = new FakeGrid(capacity);
        const sites = sitesOf(count, (index) => `https://h${index % hosts}.example/${index}`);
        const { dispatcher, events } = dispatchOver(
          sites,
          { grid, runner, perHost: 1 },
          { retries, infraRetries, control },
        );
        await dispatcher.run();
        const judged = events.flatMap((event) => (event.type === 'site-judged' ? event.verdict.siteId : []));
        assert.deepEqual(judged.toSorted(), sites.map((site) => site.id).toSorted());
        assert.equal(grid.open, 0);
        assert(grid.maxOpen <= capacity);
        const perSite = Map.groupBy(runner.orders, (order) => order.site.id);
        for (const orders of perSite.values())
          assert(orders.length <= infraRetries + (control === 'never' ? 1 + retries : 12));
      },
    ),
    { numRuns: 60 },
  );
});

test('a site whose session died is tried again on another node, and the finished ones keep their verdicts', async () => {
  const grid = new FakeGrid(2, {
    node: (session, request) => (request.avoidNodes.includes('a') ? 'b' : session === 0 ? 'a' : 'b'),
  });
  const runner = new FakeRunner((order) => (order.session.node === 'a' && order.site.id === 's1' ? FAULTED : PASSED));
  const { dispatcher, verdicts } = dispatchOver(sitesOf(6), { grid, runner });
  await dispatcher.run();
  assert.deepEqual([...new Set(verdicts().values())], ['passed']);
  const tries = runner.orders.filter((order) => order.site.id === 's1').map((order) => order.session.node);
  assert.deepEqual(tries.slice(-1), ['b']);
});

test('faults never use the budget of --retries, nor failures that of --infra-retries', async () => {
  const faulting = new FakeRunner(() => FAULTED);
  await dispatchOver(
    sitesOf(1),
    { grid: new FakeGrid(1), runner: faulting },
    { retries: 9, infraRetries: 1 },
  ).dispatcher.run();
  assert.equal(faulting.orders.length, 2);
  const failing = new FakeRunner(() => FAILED);
  await dispatchOver(
    sitesOf(1),
    { grid: new FakeGrid(1), runner: failing },
    { retries: 1, infraRetries: 9 },
  ).dispatcher.run();
  assert.equal(failing.orders.length, 2);
});

test('an attempt that is to be repeated costs no retry, up to a bound', async () => {
  const fault = makeFault('runner.shared-process', 'repeated');
  const repeated = { ending: 'faulted', checks: [], fault, sessionDirty: true } as const;
  const runner = new FakeRunner((order) => (order.attempt < 3 ? repeated : PASSED));
  const { dispatcher, verdicts } = dispatchOver(
    sitesOf(2),
    { grid: new FakeGrid(2), runner },
    { retries: 0, infraRetries: 0 },
  );
  await dispatcher.run();
  assert.deepEqual([...verdicts().values()], ['passed', 'passed']);
  const forever = new FakeRunner(() => repeated);
  await dispatchOver(
    sitesOf(1),
    { grid: new FakeGrid(1), runner: forever },
    { retries: 0, infraRetries: 0 },
  ).dispatcher.run();
  assert.equal(forever.orders.length, 4);
});

test('a retry runs in a session that has seen no other site', async () => {
  const runner = new FakeRunner((order) => (order.site.id === 's1' && order.attempt === 1 ? FAILED : PASSED));
  const { dispatcher, verdicts } = dispatchOver(sitesOf(5), { grid: new FakeGrid(1), runner }, { retries: 1 });
  await dispatcher.run();
  const [first, second] = runner.orders.filter((order) => order.site.id === 's1');
  assert.notEqual(first?.session.sessionId, second?.session.sessionId);
  const ofRetry = runner.orders.filter((order) => order.session.sessionId === second?.session.sessionId);
  assert.equal(ofRetry[0]?.site.id, 's1');
  assert.equal(verdicts().get('s1'), 'flaky');
});

test('--max-failures starts no new site after the n-th failure; the rest is not-run and says why', async () => {
  const runner = new FakeRunner(() => FAILED);
  const { dispatcher, events } = dispatchOver(sitesOf(10), { grid: new FakeGrid(1), runner }, { maxFailures: 2 });
  await dispatcher.run();
  assert.equal(runner.orders.length, 2);
  const notRun = events.flatMap((event) =>
    event.type === 'site-judged' && event.verdict.verdict === 'not-run' ? event.verdict : [],
  );
  assert.equal(notRun.length, 8);
  assert.equal(notRun[0]?.checks[0]?.reason, 'stopped by --max-failures 2');
  assert.deepEqual(new Set(notRun.map(({ stoppedBy }) => stoppedBy)), new Set(['max-failures']));
  assert.equal(dispatcher.stopped, 'max-failures');
});

test('a site that was to be tried again when the run was stopped says so, so that a resumed run does', async () => {
  for (const settings of [{ retries: 1 }, { control: 'on-failure' }, { retries: 0 }] as const) {
    const runner = new FakeRunner(({ site }) => (site.id === 's0' ? FAILED : PASSED));
    const { dispatcher, events } = dispatchOver(
      sitesOf(5),
      {
        grid: new FakeGrid(1),
        runner,
        onEvent: (event) => {
          if (event.type === 'attempt-ended') dispatcher.stop('drain', 'interrupted', 'Ctrl-C');
        },
      },
      settings,
    );
    await dispatcher.run();
    const judged = events.flatMap((event) => (event.type === 'site-judged' ? event.verdict : []));
    const failing = judged.find(({ siteId }) => siteId === 's0');
    const isOver = 'retries' in settings && settings.retries === 0;
    assert.deepEqual([failing?.verdict, failing?.stoppedBy], ['failed', isOver ? undefined : 'interrupted']);
  }
});

test('a late error is journaled as a verdict first: what ends between the two must not say passed', async () => {
  const runner = new FakeRunner(() => PASSED);
  const { dispatcher, events } = dispatchOver(sitesOf(2), {
    grid: new FakeGrid(1),
    runner,
    onEvent: (event) => {
      if (event.type !== 'site-judged' || event.amended === true || event.verdict.siteId !== 's0') return;
      runner.late({ siteId: 's0', attempt: 1, check: 'works', fault: makeFault('check.failed', 'late') });
    },
  });
  await dispatcher.run();
  const amended = events.filter((event) => 'amended' in event && event.amended === true);
  assert.deepEqual(
    amended.map(({ type }) => type),
    ['site-judged', 'attempt-ended'],
  );
});

test('a grid that gives no session ends the run as one incident, and what waits is not-run', async () => {
  const grid = new FakeGrid(3, { refuse: () => true });
  const { dispatcher, events, verdicts } = dispatchOver(sitesOf(4), { grid, runner: new FakeRunner(() => PASSED) });
  await dispatcher.run();
  assert.deepEqual([...new Set(verdicts().values())], ['not-run']);
  assert.equal(dispatcher.stopped, 'outage');
  const stops = events.flatMap((event) => (event.type === 'run-stopping' ? event.text : []));
  assert.equal(stops.length, 1);
  assert.match(stops[0]!, /^the grid fake was down from \S+Z to \S+Z \(0 s\) and did not come back: no/);
});

test('a session request that is refused once costs no site its verdict', async () => {
  const grid = new FakeGrid(2, { refuse: (request) => request === 0 });
  const { dispatcher, verdicts } = dispatchOver(
    sitesOf(4),
    { grid, runner: new FakeRunner(() => PASSED) },
    { outageMs: 60_000 },
  );
  await dispatcher.run();
  assert.deepEqual([...verdicts().values()], ['passed', 'passed', 'passed', 'passed']);
});

test('a worn session is replaced, and so is one that could not be reset', async () => {
  const grid = new FakeGrid(1);
  const { dispatcher, events } = dispatchOver(
    sitesOf(4),
    { grid, runner: new FakeRunner(() => PASSED) },
    { sitesPerSession: 2 },
  );
  await dispatcher.run();
  const reasons = events.flatMap((event) => (event.type === 'session-closed' ? event.reason : []));
  assert.deepEqual(reasons, ['worn', 'worn']);
  const failing = { reset: () => Promise.reject(new Error('no')) };
  const other = dispatchOver(sitesOf(3), {
    grid: new FakeGrid(1),
    runner: new FakeRunner(() => PASSED),
    isolation: failing,
  });
  await other.dispatcher.run();
  const closed = other.events.flatMap((event) => (event.type === 'session-closed' ? event.reason : []));
  assert.deepEqual(closed, ['faulted', 'faulted', 'done']);
});

test('an error that comes after the verdict amends attempt and verdict, and costs the session', async () => {
  const runner: FakeRunner = new FakeRunner((order) => {
    if (order.site.id === 's1') {
      const fault = makeFault('check.failed', 'stray timer');
      runner.late({ siteId: 's0', attempt: 1, check: 'works', fault });
    }
    return PASSED;
  });
  const { dispatcher, verdicts } = dispatchOver(sitesOf(3), { grid: new FakeGrid(1), runner });
  await dispatcher.run();
  assert.deepEqual(
    [...verdicts()],
    [
      ['s0', 'failed'],
      ['s1', 'passed'],
      ['s2', 'passed'],
    ],
  );
  const [, s1, s2] = runner.orders;
  assert.notEqual(s1?.session.sessionId, s2?.session.sessionId);
});

test('drain lets what runs end; stop ends it, and it is not-run', async () => {
  for (const [stage, expected] of [
    ['drain', 'passed'],
    ['stop', 'not-run'],
  ] as const) {
    const runner: FakeRunner = new FakeRunner(async (order) => {
      dispatcher.stop(stage, 'interrupted', 'interrupted');
      await new Promise(setImmediate);
      return order.signal.aborted ? { ending: 'interrupted', checks: [], sessionDirty: true } : PASSED;
    });
    const grid = new FakeGrid(1);
    const { dispatcher, verdicts } = dispatchOver(sitesOf(3), { grid, runner });
    await dispatcher.run();
    assert.deepEqual([...verdicts().values()].toSorted(), [expected, 'not-run', 'not-run'].toSorted());
    assert.equal(grid.open, 0);
  }
});

test('a stop from the listener of any event ends every session once and leaves one verdict for each site', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(60), fc.constantFrom('drain', 'stop', 'kill'), async (stopAt, stage) => {
      const grid = new FakeGrid(3);
      const runner = new FakeRunner((order) =>
        order.signal.aborted ? { ending: 'interrupted', checks: [], sessionDirty: true } : PASSED,
      );
      let count = 0;
      const onEvent = (): void => {
        if (count++ === stopAt) dispatcher.stop(stage, 'interrupted', 'interrupted');
      };
      const sites = sitesOf(9, (index) => `https://h${index % 2}.example/${index}`);
      const { dispatcher, events } = dispatchOver(sites, { grid, runner, perHost: 1, chunkSize: 2, onEvent });
      await dispatcher.run();
      const judged = events.flatMap((event) => (event.type === 'site-judged' ? event.verdict.siteId : []));
      assert.deepEqual(judged.toSorted(), sites.map((site) => site.id).toSorted());
      const sessions = (type: string): string[] =>
        events
          .flatMap((event) => (event.type === type && 'sessionId' in event ? (event.sessionId ?? []) : []))
          .toSorted();
      assert.deepEqual(sessions('session-closed'), sessions('session-opened'));
      assert.equal(grid.open, 0);
    }),
    { numRuns: 150 },
  );
});

test('a slot that waits for a host says so once', async () => {
  const runner = new FakeRunner(() => PASSED);
  const { dispatcher, events } = dispatchOver(
    sitesOf(3, () => 'https://one.example/'),
    { grid: new FakeGrid(3), runner, perHost: 1, chunkSize: 1 },
  );
  await dispatcher.run();
  const idle = events.filter((event) => event.type === 'slot-idle');
  assert(idle.length >= 1);
  assert.match(idle[0]?.type === 'slot-idle' ? idle[0].why : '', /one\.example is busy \(--per-host 1\)/);
});

test('a session that waited long is asked before it takes a site; one that is gone costs no site an attempt', async () => {
  const grid = new FakeGrid(2);
  const gone: string[] = [];
  const runner = new FakeRunner(() => PASSED);
  // The first session that has waited is gone.
  const ask = async ({ sessionId }: { sessionId: string }): Promise<void> => {
    if (gone.length > 0) return;
    gone.push(sessionId);
    throw new Error('no such session');
  };
  const { dispatcher, events, verdicts } = dispatchOver(
    sitesOf(5, () => 'https://one.example/'),
    { grid, runner, ask, perHost: 1, chunkSize: 1 },
    { askAfterMs: 0, sitesPerSession: 2 },
  );
  await dispatcher.run();
  const closed = events.flatMap((event) =>
    event.type === 'session-closed' && event.reason === 'faulted' ? event.sessionId : [],
  );
  assert.deepEqual(closed, gone);
  assert.equal(closed.length, 1);
  assert.equal(runner.orders.length, 5, 'no site needed another attempt');
  assert.deepEqual([...new Set(verdicts().values())], ['passed']);
  assert.equal(grid.open, 0);
});

test('a session that does not wait long is never asked', async () => {
  let asked = 0;
  const ask = async (): Promise<void> => void asked++;
  const runner = new FakeRunner(() => PASSED);
  const { dispatcher } = dispatchOver(
    sitesOf(9, () => 'https://one.example/'),
    {
      grid: new FakeGrid(2),
      runner,
      ask,
      perHost: 1,
    },
  );
  await dispatcher.run();
  assert.equal(asked, 0);
});

test('a site to skip is judged at once, without a session', async () => {
  const grid = new FakeGrid(1);
  const { dispatcher, verdicts } = dispatchOver([{ id: 'x', url: 'https://x.example/', skip: 'known' }], {
    grid,
    runner: new FakeRunner(() => PASSED),
  });
  await dispatcher.run();
  assert.equal(verdicts().get('x'), 'skipped');
  assert.equal(grid.requests.length, 0);
});

/** The arms and session ids of a site's attempts, in order. */
function triesOf(runner: FakeRunner, siteId: string): { arm: string; sessionId: string }[] {
  return runner.orders
    .filter((order) => order.site.id === siteId)
    .map(({ arm, session }) => ({ arm, sessionId: session.sessionId }));
}

test('after a failure of the subject the arms take turns, each load in a session of its own', async () => {
  const runner = new FakeRunner((order) => (order.site.id === 's1' && order.arm === 'subject' ? FAILED : PASSED));
  const { dispatcher, events } = dispatchOver(sitesOf(4), { grid: new FakeGrid(2), runner }, { control: 'on-failure' });
  await dispatcher.run();
  const tries = triesOf(runner, 's1');
  assert.deepEqual(
    tries.map(({ arm }) => arm),
    ['subject', 'control', 'subject', 'subject', 'control', 'control', 'subject', 'subject', 'control'],
  );
  assert.equal(new Set(tries.map(({ sessionId }) => sessionId)).size, 9);
  assert.deepEqual(
    triesOf(runner, 's0').map(({ arm }) => arm),
    ['subject'],
  );
  const verdict = events.flatMap((event) =>
    event.type === 'site-judged' && event.verdict.siteId === 's1' ? event.verdict : [],
  )[0];
  assert.deepEqual([verdict?.verdict, verdict?.cause, verdict?.control], ['failed', 'extension', 'passed']);
  assert.equal(verdict?.attribution, 'broken');
});

test('a site marked once is never loaded a second time', async () => {
  const sites = sitesOf(2).map((site) => ({ ...site, once: true }));
  const runner = new FakeRunner((order) => (order.site.id === 's1' ? FAILED : FAULTED));
  const { dispatcher } = dispatchOver(sites, { grid: new FakeGrid(2), runner }, { control: 'on-failure', retries: 2 });
  await dispatcher.run();
  assert.equal(runner.orders.length, 2);
});

test('a site that is down in both arms ends after two pairs, and the build is not blamed', async () => {
  const runner = new FakeRunner(() => FAILED);
  const { dispatcher, events } = dispatchOver(sitesOf(1), { grid: new FakeGrid(1), runner }, { control: 'on-failure' });
  await dispatcher.run();
  assert.equal(runner.orders.length, 5);
  const verdict = events.flatMap((event) => (event.type === 'site-judged' ? event.verdict : []))[0];
  assert.deepEqual([verdict?.verdict, verdict?.cause, verdict?.attribution], ['failed', 'site', 'not-build']);
});

test('with the control always, each site is tried in both arms, and no session serves two', async () => {
  const runner = new FakeRunner((order) => (order.site.id === 's1' && order.arm === 'subject' ? FAILED : PASSED));
  const { dispatcher, verdicts } = dispatchOver(sitesOf(12), { grid: new FakeGrid(3), runner }, { control: 'always' });
  await dispatcher.run();
  for (let index = 0; index < 12; index += 1) {
    const arms = triesOf(runner, `s${index}`).map(({ arm }) => arm);
    if (index === 1) assert.ok(arms.length >= 7);
    else assert.deepEqual(arms.toSorted(), ['control', 'subject']);
  }
  const armsOfSessions = Map.groupBy(runner.orders, (order) => order.session.sessionId);
  for (const orders of armsOfSessions.values()) assert.equal(new Set(orders.map((order) => order.arm)).size, 1);
  const first = new Set(Array.from({ length: 12 }, (_, index) => triesOf(runner, `s${index}`)[0]?.arm));
  assert.equal(first.size, 2, 'the arms should begin in random order');
  assert.equal([...verdicts().values()].filter((verdict) => verdict === 'passed').length, 11);
});

test('with the control always, a site that may be loaded once is loaded with the build', async () => {
  const sites = sitesOf(12).map((site) => ({ ...site, once: true }));
  const runner = new FakeRunner(() => PASSED);
  const { dispatcher } = dispatchOver(sites, { grid: new FakeGrid(3), runner }, { control: 'always' });
  await dispatcher.run();
  assert.deepEqual(
    runner.orders.map(({ arm }) => arm),
    sites.map(() => 'subject'),
  );
});

test('with a sample, a random part of the sites that pass is tried in both arms, and no site that may be loaded once', async () => {
  const sites = sitesOf(400).map((site, index) => (index < 100 ? { ...site, once: true } : site));
  const runner = new FakeRunner(() => PASSED);
  const grid = new FakeGrid(4);
  const { dispatcher, events } = dispatchOver(
    sites,
    { grid, runner },
    { control: 'on-failure', controlSample: 0.2, sitesPerSession: 1000 },
  );
  await dispatcher.run();
  const arms = Map.groupBy(runner.orders, ({ site }) => site.id);
  const sampled = [...arms].filter(([, orders]) => orders.length > 1);
  assert.ok(sampled.every(([, orders]) => orders.length === 2 && new Set(orders.map(({ arm }) => arm)).size === 2));
  assert.ok(sampled.every(([id]) => Number(id.slice(1)) >= 100));
  // Of 300 sites 60, and far more or less never.
  assert.ok(sampled.length > 25 && sampled.length < 110, `${sampled.length}`);
  const first = Map.groupBy(sampled, ([, orders]) => orders[0]!.arm);
  assert.equal(first.size, 2, 'the arms should begin in random order');
  const verdicts = events.flatMap((event) => (event.type === 'site-judged' ? event.verdict : []));
  const drawn = verdicts.filter(({ arms: ofSite }) => ofSite?.sampled === true).map(({ siteId }) => siteId);
  assert.deepEqual(drawn.toSorted(), sampled.map(([id]) => id).toSorted());
});

test("faults in either arm use the budget of --infra-retries, and a control that can't be had leaves the cause open", async () => {
  const runner = new FakeRunner((order) => (order.arm === 'control' ? FAULTED : FAILED));
  const { dispatcher, events } = dispatchOver(
    sitesOf(1),
    { grid: new FakeGrid(1), runner },
    { control: 'on-failure', infraRetries: 1 },
  );
  await dispatcher.run();
  assert.deepEqual(
    triesOf(runner, 's0').map(({ arm }) => arm),
    ['subject', 'control', 'control'],
  );
  const verdict = events.flatMap((event) => (event.type === 'site-judged' ? event.verdict : []))[0];
  assert.deepEqual([verdict?.verdict, verdict?.cause], ['failed', 'check']);
});

/** A grid whose requests of these numbers get no reply until they are ended. */
class SilentGrid extends FakeGrid {
  readonly #isSilent: (request: number) => boolean;
  endedCount = 0;

  constructor(capacity: number, isSilent: (request: number) => boolean) {
    super(capacity);
    this.#isSilent = isSilent;
  }

  override async openSession(request: SessionRequest): Promise<OwnedSession> {
    if (!this.#isSilent(this.requests.length)) return await super.openSession(request);
    this.requests.push(request);
    await once(request.signal, 'abort');
    this.endedCount += 1;
    throw new Error('ended');
  }
}

test('a request for a session that gets no reply does not hold up the end of a run', async () => {
  const grid = new SilentGrid(2, (request) => request === 1);
  const { dispatcher, verdicts } = dispatchOver(sitesOf(3), { grid, runner: new FakeRunner(() => PASSED) });
  await dispatcher.run();
  assert.deepEqual([...verdicts().values()], ['passed', 'passed', 'passed']);
  assert.equal(dispatcher.stopped, '');
  assert.equal(grid.endedCount, 1);
});

test('a site waits no longer than half a minute for a request without a reply, while others get theirs', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const grid = new SilentGrid(2, (request) => request === 1);
  const runner = new FakeRunner(() => PASSED);
  const { dispatcher, verdicts } = dispatchOver(sitesOf(3), { grid, runner }, { sitesPerSession: 1 });
  const ended = dispatcher.run();
  while (verdicts().size < 2) {
    context.mock.timers.tick(1);
    await new Promise(setImmediate);
  }
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  assert.equal(verdicts().size, 2);
  context.mock.timers.tick(30_000);
  await ended;
  assert.deepEqual([...verdicts().values()], ['passed', 'passed', 'passed']);
});
