import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Fault } from '../../src/core/fault.ts';
import { faultShape, fingerprintOf } from '../../src/core/fault-fingerprint.ts';
import { groupFaults } from '../../src/core/fault-groups.ts';
import type { Site } from '../../src/core/site.ts';
import type { SiteVerdict } from '../../src/core/verdict.ts';

const fault = (message: string, more: Partial<Fault> = {}): Fault => ({
  code: 'check.failed',
  cause: 'check',
  message,
  ...more,
});
const stackAt = (line: number, lane: number): string =>
  `Error: x\n    at Context.<anonymous> (file:///home/ci-${lane}/project/checks/login.check.ts?lane=${lane}:${line}:${lane + 2})\n    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)\n    at run (/home/ci/node_modules/mocha/lib/runner.js:${lane}:1)`;

function judged(
  id: string,
  faults: readonly Fault[],
  url = `https://${id}.shop.example/login`,
): { site: Site; verdict: SiteVerdict } {
  const checks = faults.map((one, index) => ({
    title: `check ${index}`,
    status: 'failed' as const,
    flaky: false,
    durationMs: 1,
    fault: one,
  }));
  return { site: { id, url }, verdict: { siteId: id, verdict: 'failed', checks, attempts: 1, durationMs: 1 } };
}

test('200 failures of 5 faults are 5 groups', () => {
  const host = (n: number): string =>
    ['www.bank-%.de', 'login.shop%.com', 'a%.co.uk', 'xn--p%.example.org'][n % 4]?.replace('%', String(n)) ?? '';
  const faults: readonly ((n: number) => Fault)[] = [
    (n) =>
      fault(`no such element: Unable to locate element: {"method":"css selector","selector":"#login-${n}"}`, {
        stack: stackAt(10, n),
      }),
    (n) =>
      fault(`Expected values to be strictly equal:\n+ actual - expected\n\n+ 'Welcome user${n}'\n- 'Sign in'`, {
        stack: stackAt(20, n),
      }),
    (n) =>
      fault(`Timed out after ${n * 37} ms waiting for https://${host(n)}/session/${n}?t=${n * 991}`, {
        stack: stackAt(30, n),
      }),
    (n) =>
      fault(`unknown error: net::ERR_NAME_NOT_RESOLVED at ${host(n)}`, { code: 'site.unreachable', cause: 'site' }),
    (n) =>
      fault(`TypeError: Cannot read properties of undefined (reading 'f${n}')`, {
        stack: `TypeError: x\n    at sign (https://${host(n)}/static/app.${(n * 7919).toString(16)}.js:${n}:${n * 3})`,
      }),
  ];
  const sites = Array.from({ length: 200 }, (_, n) =>
    judged(`site-${n}`, [(faults[n % 5] as (n: number) => Fault)(n)], `https://${host(n)}/`),
  );
  const groups = groupFaults(sites);
  assert.deepEqual(
    groups.map(({ count, siteIds }) => [count, siteIds.length]),
    [
      [40, 40],
      [40, 40],
      [40, 40],
      [40, 40],
      [40, 40],
    ],
    groups.map(({ representative }) => faultShape(representative)).join('\n\n'),
  );
  assert.deepEqual(new Set(groups.map(({ fingerprint }) => fingerprint)).size, 5);
});

test('what differs in words, in its code or in the line of the check file stays apart', () => {
  const shapes = [
    fault('page.login is not a function'),
    fault('page.logout is not a function'),
    fault('page.login is not a function', { code: 'check.timeout' }),
    fault('page.login is not a function', { stack: stackAt(3, 1) }),
    fault('page.login is not a function', { stack: stackAt(4, 1) }),
    fault("the form can't be sent"),
    fault("the form can't be found"),
  ].map((one) => fingerprintOf(one));
  assert.equal(new Set(shapes).size, shapes.length);
});

test('uuids, hexadecimal, numbers, quotations, times, hosts and ports are taken out', () => {
  const same = (a: string, b: string): void => assert.equal(faultShape(fault(a)), faultShape(fault(b)));
  same('session 6f9619ff-8b86-d011-b42d-00cf4fc964ff is gone', 'session 123e4567-e89b-12d3-a456-426614174000 is gone');
  same('object 0xdeadbeef at deadbeefcafe', 'object 0x1234 at abcdefabcdef');
  same('got 3 of 1,200', 'got 17 of 5');
  same('it took 900 ms', 'it took 1.2 s');
  same('expected “a” to be `b`', 'expected “c d” to be `e`');
  same("expected 'it's' to be 'x'", "expected 'y' to be 'z'");
  same('connect ECONNREFUSED 127.0.0.1:4444', 'connect ECONNREFUSED 10.0.0.12:80');
  same('connect ECONNREFUSED localhost:4444', 'connect ECONNREFUSED www.bank.de:80');
});

test("a site's own id and host are taken out of its faults, a plain word is not", () => {
  const of = (id: string, url: string, message: string): string => faultShape(fault(message), { id, url });
  assert.equal(
    of('bank_de', 'https://bank.de/', 'bank_de: bank.de is slow'),
    of('shop_fr', 'https://shop.fr/', 'shop_fr: shop.fr is slow'),
  );
  assert.equal(
    of('login', 'https://login.de/', 'the login form is gone'),
    of('a', 'https://a.de/', 'the login form is gone'),
  );
});

test('a site with the same fault in all its checks is one site', () => {
  const [group] = groupFaults([judged('a', [fault('x'), fault('x')]), judged('b', [fault('x')])]);
  assert.deepEqual([group?.count, group?.siteIds, group?.titles], [3, ['a', 'b'], ['check 0', 'check 1']]);
});

test('any text has a fingerprint, always the same one, and a short shape', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }), (message, stack) => {
      const one = fault(message, { stack });
      assert.match(fingerprintOf(one), /^[0-9a-f]{12}$/);
      assert.equal(fingerprintOf(one), fingerprintOf({ ...one }));
    }),
  );
});

test('hostile lengths: what a page can write makes neither a long shape nor a slow one', () => {
  const patterns = ['"', "'", '`', 'a.', 'a-', '0', '1.', 'https://', 'f', '<n>', ' ', '\n', "\\'", '9,9:', 'at x ('];
  for (const pattern of patterns) {
    const message = pattern.repeat(2_000_000 / pattern.length);
    const shape = faultShape(fault(message, { stack: `Error\n    at ${message}\n`.repeat(2) }), {
      id: 'a_b',
      url: 'https://a.b/',
    });
    assert.ok(shape.length < 20_000, JSON.stringify(pattern));
  }
});
