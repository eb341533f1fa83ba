import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkFile } from '../../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../../suite-bench.ts';

for (const [hook, failing] of [
  ['before', '"before all" hook for "a"'],
  ['beforeEach', '"before each" hook for "a"'],
] as const) {
  test(`three checks behind a failing ${hook} give three results`, async () => {
    await using bench = await startBench({
      files: checkFile(
        'esm',
        `describe('s', () => { ${hook}(() => { throw new Error('boom'); }); it('a', () => {}); it('b', () => {}); describe('t', () => { it('c', () => {}); }); it.skip('d'); }); it('e', () => {});`,
      ),
    });
    const outcome = await bench.attempt({ site: siteNamed('one') });
    assert.deepEqual(statuses(outcome).sort(), [
      'e: passed',
      's a: failed',
      's b: failed',
      's d: skipped',
      's t c: failed',
    ]);
    const first = outcome.checks.find((check) => check.title === 's a');
    assert.equal(first?.fault?.message, `${failing}: boom`);
    assert.ok(first.attachments?.some((attachment) => attachment.name === 'screenshot.png'));
  });
}

test('a failing afterEach fails the check that it came after and those it kept from running', async () => {
  await using bench = await startBench({
    files: checkFile('esm', "afterEach(() => { throw new Error('boom'); }); it('a', () => {}); it('b', () => {});"),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), ['a: failed', 'b: failed']);
});

test('a failing after fails the last check', async () => {
  await using bench = await startBench({
    files: checkFile('esm', "after(() => { throw new Error('boom'); }); it('a', () => {}); it('b', () => {});"),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), ['a: passed', 'b: failed']);
  assert.match(outcome.checks[1]?.fault?.message ?? '', /"after all" hook.*boom/);
});

test('this.retries, this.skip, done, describe.skip and repeated titles are as in mocha', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      let tries = 0;
      it('second try', function () { this.retries(2); if (++tries < 2) throw new Error('not yet'); });
      it('no try', function () { this.retries(1); throw new Error('never'); });
      it('skips', function () { this.skip(); });
      it('skips later', function (done) { setTimeout(() => { this.skip(); }, 1); });
      it('calls back', (done) => { setTimeout(done, 1); });
      it('calls back twice', (done) => { done(); done(); });
      describe.skip('left out', () => { it('x', () => {}); });
      it('same', () => {});
      it('same', () => { throw new Error('the second'); });
      it('same (2)', () => {});`,
    ),
  });
  assert.deepEqual(
    (await bench.pool.load()).map((check) => check.title).filter((title) => title.startsWith('same')),
    ['same', 'same (3)', 'same (2)'],
  );
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), [
    'second try: passed',
    'no try: failed',
    'skips: skipped',
    'skips later: skipped',
    'calls back: passed',
    'calls back twice: failed',
    'same: passed',
    'same (3): failed',
    'same (2): passed',
    'left out x: skipped',
  ]);
  assert.equal(outcome.checks[0]?.rescued, true);
  assert.equal(outcome.checks[0].fault?.message, 'not yet');
});

test('this.skip in an async check or hook skips, as in mocha', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      it('at once', async function () { this.skip(); });
      it('after a wait', async function () { await 1; this.skip(); });
      it('by a promise', function () { return Promise.resolve().then(() => this.skip()); });
      it('fails after a caught skip', async function () { try { this.skip(); } catch {} await 1; throw new Error('real'); });
      describe('hooks', () => {
        beforeEach(async function () { await 1; this.skip(); });
        it('behind a hook', () => { throw new Error('must not run'); });
      });
      describe('all', () => {
        before(async function () { await 1; this.skip(); });
        it('behind a before', () => { throw new Error('must not run'); });
      });`,
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome).toSorted(), [
    'after a wait: skipped',
    'all behind a before: skipped',
    'at once: skipped',
    'by a promise: skipped',
    'fails after a caught skip: failed',
    'hooks behind a hook: skipped',
  ]);
});

test('root hooks run around every check, and global fixtures once', async () => {
  await using bench = await startBench({
    workerCount: 2,
    setup: ['setup.mjs'],
    files: {
      'setup.mjs': `
        import { appendFileSync } from 'node:fs';
        import { site } from 'gridrun/check';
        const note = (text) => appendFileSync('notes', text + '\\n');
        export const mochaHooks = { beforeEach() { note('each ' + site.id); } };
        export function mochaGlobalSetup() { note('setup'); }
        export function mochaGlobalTeardown() { note('teardown'); }`,
      ...checkFile(
        'esm',
        "export const mochaHooks = () => ({ afterAll() { this.driver.getTitle; } }); it('a', () => {});",
      ),
    },
  });
  await Promise.all([0, 1].map(async (slot) => await bench.attempt({ slot, site: siteNamed('one') })));
  await bench.pool[Symbol.asyncDispose]();
  const notes = (await readFile(join(bench.dir, 'notes'), 'utf8')).trim().split('\n');
  assert.deepEqual(notes, ['setup', 'each one', 'each one', 'teardown']);
});

for (const [way, body] of [
  ['waits for ever', 'await new Promise(() => {});'],
  ['computes for ever', 'for (;;);'],
] as const) {
  test(`a global teardown that ${way} is cut off, and said`, async () => {
    const teardown = `export async function mochaGlobalTeardown() { ${body} }`;
    const bench = await startBench({
      files: { 'checks/a.check.mjs': `it('a', () => {});\n${teardown}` },
      fixtureDeadlineMs: 300,
    });
    const outcome = await bench.attempt({ site: siteNamed('one') });
    await bench[Symbol.asyncDispose]();
    assert.deepEqual(statuses(outcome), ['a: passed']);
    assert.deepEqual(
      bench.notices.map((notice) => notice.code),
      ['checks.global-teardown'],
    );
    assert.match(bench.notices[0]!.text, /did not end within 300 ms/);
  });
}

test('a global setup that does not end fails every check, and holds up no end', async () => {
  const bench = await startBench({
    files: checkFile(
      'esm',
      "export async function mochaGlobalSetup() { await new Promise(() => {}); } it('a', () => {});",
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one'), siteTimeoutMs: 300 });
  await bench[Symbol.asyncDispose]();
  assert.deepEqual(statuses(outcome), ['a: failed']);
  assert.match(outcome.checks[0]?.fault?.message ?? '', /mochaGlobalSetup did not finish within 300 ms/);
});

test('an attempt that waits for the global setup can be interrupted', async () => {
  const stop = new AbortController();
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "export async function mochaGlobalSetup() { console.log('setting up'); await new Promise(() => {}); } it('a', () => {});",
    ),
    onText: () => stop.abort(),
  });
  const outcome = await bench.attempt({ site: siteNamed('one'), signal: stop.signal });
  assert.deepEqual([outcome.ending, outcome.checks], ['interrupted', []]);
});

test('a global setup that fails fails every check', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "export function mochaGlobalSetup() { throw new Error('no server'); } it('a', () => {}); it('b', () => {});",
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.equal(outcome.ending, 'completed');
  assert.deepEqual(statuses(outcome), ['a: failed', 'b: failed']);
  assert.equal(outcome.checks[0]?.fault?.message, 'mochaGlobalSetup: no server');
});

test('evidence is what the page was before afterEach, and has no secrets', async () => {
  process.env['BENCH_TOKEN'] = 'tok&en-17';
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      afterEach(async () => { await driver.get('http://after-each.test/'); });
      it('fails', async () => {
        await driver.get(site.url);
        await attach('../note', 'the token is ' + site.env.BENCH_TOKEN);
        await attach('data', { token: site.env.BENCH_TOKEN });
        assert.fail('no ' + site.env.BENCH_TOKEN);
      });
      it('passes', async () => { await attach('kept.txt', 'yes'); });`,
    ),
    stub: { pages: { source: (session) => `<p>${session.url} tok&amp;en-17</p>` } },
  });
  const outcome = await bench.attempt({ site: { ...siteNamed('one'), env: ['BENCH_TOKEN'] }, attempt: 3 });
  const [failed, passed] = outcome.checks;
  assert.equal(failed?.fault?.message, 'no ***');
  assert.ok(!JSON.stringify(outcome).includes('tok&en'));
  const read = async (name: string): Promise<string> => {
    const attachment = failed?.attachments?.find((one) => one.path.endsWith(name));
    assert.match(attachment?.path ?? '', /^evidence\/one\/fails\/3\//);
    return await readFile(join(bench.dir, 'out', attachment!.path), 'utf8');
  };
  assert.equal(await read('page.html'), '<p>http://one.test/ ***</p>');
  assert.equal(await read('note.txt'), 'the token is ***');
  assert.deepEqual(JSON.parse(await read('data.json')), { token: '***' });
  assert.ok(existsSync(join(bench.dir, 'out/evidence/one/fails/3/screenshot.png')));
  assert.deepEqual(
    passed?.attachments?.map((one) => one.path),
    ['evidence/one/passes/3/kept.txt'],
  );
});
