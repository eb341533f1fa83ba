import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostLimits, type Whereabouts } from '../../src/dispatch/host-limits.ts';
import { dispatchOver, FakeGrid, FakeRunner, PASSED, sitesOf } from './fakes.ts';

const where = (url: string): Whereabouts => {
  const { hostname: host } = new URL(url);
  return { host, domain: host.split('.').slice(-2).join('.'), local: host === 'localhost' };
};

test('a host rests between two of its sites', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let rested = 0;
  using limits = new HostLimits({ perHost: 2, perDomain: 0, hostDelayMs: 500, where });
  limits.onRested(() => rested++);
  const [a, b, local] = ['https://a.example/1', 'https://b.example/', 'http://localhost/'];
  for (const url of [a, local]) limits.started(url);
  assert.ok(limits.mayStart(a), 'nothing of it has ended');
  for (const url of [a, local]) limits.ended(url);
  assert.equal(limits.why(a), 'a.example rests (--host-delay 500)');
  assert.ok(limits.mayStart(b) && limits.mayStart(local));
  t.mock.timers.tick(499);
  assert.ok(!limits.mayStart(a));
  // Another site of it ends: the rest starts anew.
  limits.started(a);
  limits.ended(a);
  t.mock.timers.tick(1);
  assert.ok(!limits.mayStart(a));
  t.mock.timers.tick(499);
  assert.ok(limits.mayStart(a));
  assert.equal(rested, 1);
});

test('a run waits for hosts that rest, and goes on with the others', async () => {
  const runner = new FakeRunner(() => PASSED);
  const sites = sitesOf(6, (index) => `https://${index === 0 ? 'other' : 'one'}.example/${index}`);
  const { dispatcher, events, verdicts } = dispatchOver(sites, { grid: new FakeGrid(2), runner, hostDelayMs: 5 });
  await dispatcher.run();
  assert.deepEqual(
    [...verdicts().values()],
    Array.from({ length: 6 }, () => 'passed'),
  );
  assert.ok(events.some((event) => event.type === 'slot-idle' && event.why.includes('rests (--host-delay 5)')));
});
