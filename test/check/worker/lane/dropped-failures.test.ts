import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile } from '../../module-kinds.ts';
import { siteNamed, startBench } from '../../suite-bench.ts';

const HEAD = "import { Suite, Test } from 'mocha'; const boom = () => { throw new Error('BOOM'); };";

/** Suites whose only failure mocha, or a careless reader of its events, would drop. */
const SUITES: Readonly<Record<string, string>> = {
  'an error after done()': "it('a', (done) => { done(); boom(); });",
  'an error after done() in a hook before it': "beforeEach((done) => { done(); boom(); }); it('a', () => {});",
  'an error after done() in a hook at the end': "it('a', () => {}); after((done) => { done(); boom(); });",
  'an error after done() without listeners':
    "it('a', function (done) { this.test.removeAllListeners(); done(); boom(); });",
  'an error after the callback of the test was called': "it('a', function () { this.test.callback(); boom(); });",
  'an error event of a test that passes': "it('a', function () { this.test.emit('error', new Error('BOOM')); });",
  'this.skip() that is caught': "it('a', function () { try { this.skip(); } catch {} boom(); });",
  'this.skip() that is caught, then a rejection':
    "it('a', async function () { try { this.skip(); } catch {} await 1; boom(); });",
  'this.skip() that is caught, then done(error)':
    "it('a', function (done) { setImmediate(() => { try { this.skip(); } catch {} done(new Error('BOOM')); }); });",
  'this.skip() that is caught in a hook':
    "before(function () { try { this.skip(); } catch {} boom(); }); it('a', () => {});",
  'a test that sets pending': "it('a', function () { this.test.pending = true; boom(); });",
  'a test that makes its suite pending': "it('a', function () { this.test.parent.pending = true; boom(); });",
  'a hook that changes its title': "it('a', () => {}); after(function () { this.test.title = 'x'; boom(); });",
  'a hook that changes its title to a number':
    "it('a', () => {}); afterEach(function () { this.test.title = 7; boom(); });",
  'a hook that fixes its state':
    "before(function () { Object.defineProperty(this.test, 'state', { get: () => 'passed', set() {} }); boom(); }); it('a', () => {});",
  'a hook over checks that are all skipped': "before(boom); it.skip('a', () => {});",
  'a hook of a suite that a hook pushed':
    "before(function () { const made = new Suite('m'); made.addTest(new Test('x', () => {})); made.beforeAll(boom); made.parent = this.test.parent; this.test.parent.suites.push(made); }); it('a', () => {});",
  'a test that runs twice and passes the second time':
    "before(function () { const { tests } = this.test.parent; tests.push(tests[0]); }); let runs = 0; it('a', () => { if (runs++ % 2 === 0) boom(); });",
  'a copy of a test that passes':
    "before(function () { const { tests } = this.test.parent; tests.push(tests[0].clone()); }); let runs = 0; it('a', () => { if (runs++ % 2 === 0) boom(); });",
  'an error with the code of a time-out':
    "it('a', async () => { throw Object.assign(new Error('BOOM'), { code: 'ERR_MOCHA_TIMEOUT', timeout: {} }); });",
  'a cause that cannot be read':
    "it('a', () => { throw new Error('BOOM', { cause: new Proxy({}, { get: boom, getPrototypeOf: boom }) }); });",
  'values that cannot be compared':
    "it('a', () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw Object.assign(new Error('BOOM'), { actual: proxy, expected: {} }); });",
  'a value that cannot be read':
    "it('a', async () => { await 1; throw new Proxy({}, { get: boom, getPrototypeOf: boom }); });",
  'a diff of functions with large properties':
    "it('a', () => { let part = {}; for (let depth = 0; depth < 40; depth++) part = { a: part, b: part }; throw Object.assign(new Error('BOOM'), { actual: Object.assign(() => 1, { part }), expected: () => 2 }); });",
  'a stray error whose class has the name of mocha’s':
    "it('a', async () => { class PendingError extends Error {} void Promise.reject(new PendingError('BOOM')); await new Promise(setImmediate); });",
};

test('a failure that mocha drops fails its check, on each site', async () => {
  const suites = Object.values(SUITES).map((body, nth) => `describe('${nth}', () => { ${body} });`);
  await using bench = await startBench({ files: checkFile('esm', [HEAD, ...suites].join('\n')), lanesPerWorker: 3 });
  const outcomes = [
    await bench.attempt({ site: siteNamed('one') }),
    await bench.attempt({ site: siteNamed('two') }),
    ...(await Promise.all(
      [0, 1, 2].map(async (slot) => await bench.attempt({ slot, site: siteNamed(`lane${slot}`) })),
    )),
  ];
  for (const outcome of outcomes) {
    assert.equal(outcome.ending, 'completed');
    for (const [nth, name] of Object.keys(SUITES).entries()) {
      const check = outcome.checks.find(({ title }) => title === `${nth} a`);
      assert.equal(check?.status, 'failed', name);
      assert.equal(check.fault?.cause, 'check', name);
    }
  }
});

test('a test with a callback that fails at once gets its callback when it is tried again', async () => {
  const body =
    "let runs = 0; it('a', function (done) { this.retries(1); if (runs++ === 0) done(new Error('BOOM')); else setImmediate(done); });";
  await using bench = await startBench({ files: checkFile('esm', body) });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(
    outcome.checks.map(({ status, rescued }) => [status, rescued]),
    [['passed', true]],
  );
});

test('a module that makes a test while a site runs fails the next site too', async () => {
  const files = {
    ...checkFile('esm', "it('a', async () => { await import('./more.mjs'); });"),
    'checks/more.mjs': "it('late', () => {});",
  };
  await using bench = await startBench({ files });
  for (const id of ['one', 'two']) {
    const outcome = await bench.attempt({ site: siteNamed(id) });
    assert.equal(outcome.checks[0]?.fault?.code, 'check.late-test', id);
  }
});
