import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile, MODULE_KINDS } from '../../module-kinds.ts';
import { siteNamed, startBench, statuses, type Bench } from '../../suite-bench.ts';
import { GridrunError } from '../../../../src/core/fault.ts';

type Outcome = Awaited<ReturnType<Bench['attempt']>>;

const HEAD =
  "import { Suite, Test } from 'mocha'; const broken = () => { console.log('ran'); throw new Error('never seen'); };";

/** The checks that were charged with a late test, each with the title of that test. */
function lateTests(outcome: Outcome): string[] {
  return outcome.checks.flatMap(({ title, fault }) =>
    fault?.code === 'check.late-test' ? [`${title} < ${/"(.*)"/.exec(fault.message)?.[1]}`] : [],
  );
}

/** How a test can be made while a site runs, and the checks that are charged with it, without the suite's title. */
const WAYS: readonly (readonly [string, string, readonly string[]])[] = [
  ['describe in before', "before(() => { describe('made', () => { it('x', broken); }); });", ['a < made x']],
  ['it in before', "before(() => { it('x', broken); });", ['a < x']],
  ['it.only in beforeEach', "beforeEach(() => { it.only('x', broken); });", ['a < x', 'b < x']],
  ['it in it', "it('outer', () => { it('x', broken); });", ['outer < x']],
  ['addTest', "before(function () { this.test.parent.addTest(new Test('x', broken)); });", ['a < x']],
  [
    'addSuite',
    "before(function () { const made = new Suite('m'); made.addTest(new Test('x', broken)); this.test.parent.addSuite(made); });",
    ['a < m x'],
  ],
  [
    'a test that is pushed into the list of tests',
    "before(function () { const made = new Test('x', broken); made.parent = this.test.parent; this.test.parent.tests.push(made); });",
    ['b < x'],
  ],
  ['it in after', "after(() => { it('x', broken); });", ['b < x']],
  [
    'it in beforeEach after an await',
    "beforeEach(async () => { await driver.getTitle(); it('x', broken); });",
    ['a < x', 'b < x'],
  ],
  ['it in a hook that skips then', "before(function () { it('x', broken); this.skip(); });", ['a < x']],
];

test('a test that is made while a site runs fails its check on each site, and does not run', async () => {
  const suites = WAYS.map(
    ([, body], nth) => `describe('${nth}', () => { ${body} it('a', () => {}); it('b', () => {}); });`,
  );
  await using bench = await startBench({ files: checkFile('esm', [HEAD, ...suites].join('\n')) });
  for (const id of ['one', 'two', 'three']) {
    const outcome = await bench.attempt({ site: siteNamed(id) });
    assert.equal(outcome.ending, 'completed');
    const found = lateTests(outcome);
    for (const [nth, [name, , charged]] of WAYS.entries()) {
      const here = found.filter((line) => line.startsWith(`${nth} `)).map((line) => line.replaceAll(`${nth} `, ''));
      assert.deepEqual(here, charged, name);
    }
    const fault = outcome.checks.find((check) => check.fault !== undefined)?.fault;
    assert.equal(fault?.cause, 'check');
    assert.match(fault?.hint ?? '', /while the file loads: top-level await/);
  }
  assert.deepEqual(bench.output, []);
});

test('the fault of a late test has the line that made it', async () => {
  await using bench = await startBench({
    files: checkFile('esm', "it('a', () => {\n  it('x', () => {});\n});"),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.match(outcome.checks[0]?.fault?.stack ?? '', /suite\.check\.mjs:4/);
});

for (const kind of MODULE_KINDS) {
  test(`each lane charges its own site with the tests that are made in it (${kind})`, async () => {
    await using bench = await startBench({
      files: checkFile(
        kind,
        "it('a', async () => { await driver.get(site.url); if (site.id === 'two') it('made by ' + site.id, () => {}); });",
      ),
      stub: { latencyMs: 5 },
    });
    const outcomes = await Promise.all(
      ['one', 'two', 'three'].map(async (id, slot) => await bench.attempt({ slot, site: siteNamed(id) })),
    );
    assert.deepEqual(outcomes.map(lateTests), [[], ['a < made by two'], []]);
    assert.deepEqual(statuses(outcomes[0]!), ['a: passed']);
  });
}

test('a test of a file that does not await what it starts fails every site of its lane', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "globalThis.made = () => {}; new Promise((resolve) => { globalThis.release = resolve; }).then(() => { it('x', () => {}); globalThis.made(); });\n" +
        "it('a', async () => { const made = new Promise((resolve) => { globalThis.made = resolve; }); globalThis.release(); if (site.id === 'one') await made; });",
    ),
  });
  for (const id of ['one', 'two']) assert.deepEqual(lateTests(await bench.attempt({ site: siteNamed(id) })), ['a < x']);
});

test('a suite that hooks and checks change is as planned again for the next site', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      const first = () => site.id === 'one';
      describe('s', function () {
        before(function () {
          if (!first()) return;
          const { parent } = this.test;
          parent.timeout(1); parent.bail(true); parent.retries(3);
          parent.afterEach(() => { throw new Error('a hook of site one'); });
          parent.tests.reverse(); parent.tests[1].pending = true;
        });
        before(function () { if (site.id === 'skips') this.skip(); });
        it('a', async function () { this.timeout(); assert.equal(this.test.parent.bail(), first()); });
        it('b', function () { assert.equal(this.timeout(), first() ? 1 : 60_000); });
        describe('inner', () => { it('c', () => {}); });
      });`,
    ),
    checkTimeoutMs: 60_000,
  });
  const order = async (id: string): Promise<string[]> => statuses(await bench.attempt({ site: siteNamed(id) }));
  const clean = ['s a: passed', 's b: passed', 's inner c: passed'];
  assert.deepEqual(await order('clean'), clean);
  assert.notDeepEqual(await order('one'), clean);
  assert.deepEqual(await order('two'), clean);
  assert.deepEqual(await order('skips'), ['s a: skipped', 's b: skipped', 's inner c: skipped']);
  assert.deepEqual(await order('three'), clean);
});

test('.only and a filter together leave the same checks on each site', async () => {
  await using bench = await startBench({
    files: checkFile('esm', "it.only('a', () => {}); it.only('b', () => {}); it('c', () => {});"),
    grep: 'a',
    forbidOnly: false,
  });
  for (const id of ['one', 'two'])
    assert.deepEqual(statuses(await bench.attempt({ site: siteNamed(id) })), ['a: passed']);
});

test('a describe that is async and a test or hook that is a generator are refused with their lines', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      [
        "describe('waits', async () => { await 1; it('x', () => {}); throw new Error('later'); });",
        "describe.skip('waits too', () => Promise.resolve());",
        "describe('yields', function* () { it('x', () => {}); });",
        "it('generator', function* () { yield 1; });",
        "it('async generator', async function* () { yield 1; });",
        'describe("s", () => { before(function* () {}); it("fine", async () => {}); });',
      ].join('\n'),
    ),
  });
  const error: unknown = await bench.pool.load().then(
    () => assert.fail('the suite was loaded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GridrunError);
  assert.equal(error.code, 'checks.not-loaded');
  const lines = error.mistakes.map((mistake) => /^checks\/suite\.check\.mjs:(\d+): /.exec(mistake)?.[1]);
  assert.deepEqual(new Set(lines), new Set(['3', '4', '5', '6', '7', '8']), error.mistakes.join('\n'));
  assert.match(error.mistakes.join('\n'), /describe\("waits"\) must not be async or a generator/);
});

test('a check or hook that returns a generator fails', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "const co = (body) => () => body(); it('a', co(function* () { throw new Error('never run'); })); it('b', () => [1].values());",
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), ['a: failed', 'b: passed']);
  assert.match(outcome.checks[0]?.fault?.message ?? '', /returned a generator/);
});

test('what this.bail leaves out is skipped, with the reason', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "describe('steps', function () { this.bail(true); it('one', () => {}); it('two', () => { throw new Error('no'); }); it('three', () => {}); describe('more', () => { it('four', () => {}); }); }); it('other', () => {});",
    ),
  });
  for (const id of ['one', 'two']) {
    const outcome = await bench.attempt({ site: siteNamed(id) });
    assert.deepEqual(statuses(outcome).sort(), [
      'other: passed',
      'steps more four: skipped',
      'steps one: passed',
      'steps three: skipped',
      'steps two: failed',
    ]);
    assert.match(outcome.checks.find(({ title }) => title === 'steps three')?.reason ?? '', /this\.bail/);
  }
});
