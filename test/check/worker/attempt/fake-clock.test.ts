import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile } from '../../module-kinds.ts';
import { startBench, statuses, tryAll } from '../../suite-bench.ts';

/** A fake clock as test libraries make it: it replaces the globals, and `tick` fires all timers that are due by then. */
const FAKE_CLOCK = `
  const real = { setTimeout, clearTimeout, setInterval, clearInterval, Date, timeout: AbortSignal.timeout, now: performance.now };
  let at = 0, timers = new Map(), ids = 0;
  const arm = (timer) => { timers.set(timer, at + timer.ms); return timer; };
  const fake = (call, ms = 0, ...args) => {
    const timer = { call: () => call(...args), ms, ref: () => timer, unref: () => timer, hasRef: () => true, refresh: () => arm(timer), id: ++ids };
    return arm(timer);
  };
  const install = () => {
    globalThis.setTimeout = globalThis.setInterval = fake;
    globalThis.clearTimeout = globalThis.clearInterval = (timer) => void timers.delete(timer);
    globalThis.Date = class extends real.Date { constructor(...args) { super(...(args.length === 0 ? [at] : args)); } static now() { return at; } };
    performance.now = () => at;
    AbortSignal.timeout = (ms) => { const controller = new AbortController(); fake(() => controller.abort(), ms); return controller.signal; };
  };
  const tick = (ms) => {
    const end = at + ms;
    for (;;) {
      const [next] = [...timers].filter(([, due]) => due <= end).sort((a, b) => a[1] - b[1]);
      if (next === undefined) break;
      at = next[1];
      timers.delete(next[0]);
      next[0].call();
    }
    at = end;
  };
  const uninstall = () => {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout, setInterval: real.setInterval, clearInterval: real.clearInterval, Date: real.Date });
    AbortSignal.timeout = real.timeout;
    performance.now = real.now;
  };
`;

test("a check's fake clock fires no deadline of gridrun, and no other site meets it", async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `${FAKE_CLOCK}
      it('a', async () => {
        const isFaker = site.id === 'faker';
        if (isFaker) install();
        try {
          for (let nth = 0; nth < 15; nth++) {
            const sent = driver.getTitle();
            if (isFaker) { tick(3_600_000); await Promise.resolve(); tick(3_600_000); }
            await sent;
          }
          if (isFaker) tick(3_600_000);
        } finally { if (isFaker) uninstall(); }
      });
      it('b', async () => {
        if (site.id !== 'faker') return;
        install();
        setImmediate(() => tick(3_600_000));
        throw new Error('fails under the fake clock');
      });
      afterEach(() => { if (site.id === 'faker') { tick(3_600_000); uninstall(); } });`,
    ),
    checkTimeoutMs: 30_000,
    stub: { latencyMs: 10 },
  });
  // Under the fake clock of a neighbor the results are worth nothing, so these sites are repeated without it.
  const outcomes = Object.values(await tryAll(bench, ['faker', 'left', 'right']));
  assert.deepEqual(outcomes.map(statuses), [
    ['a: passed', 'b: failed'],
    ['a: passed', 'b: passed'],
    ['a: passed', 'b: passed'],
  ]);
  assert.equal(outcomes[0]!.checks[1]?.fault?.code, 'check.failed');
  assert.deepEqual(
    outcomes.map(({ ending }) => ending),
    ['completed', 'completed', 'completed'],
  );
});
