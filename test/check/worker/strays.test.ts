import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile, MODULE_KINDS } from '../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../suite-bench.ts';

const NEIGHBOURS = ['left', 'right'];

for (const kind of MODULE_KINDS) {
  for (const [name, stray] of [
    ['an exception of a timer', "setTimeout(() => { throw new Error('stray'); }, 1);"],
    ['an unhandled rejection', "void Promise.reject(new Error('stray'));"],
    ['an exception of a microtask', "queueMicrotask(() => { throw new Error('stray'); });"],
  ] as const) {
    test(`${name} fails its own site alone (${kind})`, async () => {
      await using bench = await startBench({
        files: checkFile(
          kind,
          `
          it('first', async () => {
            await driver.get(site.url);
            if (site.id === 'culprit') { ${stray} await new Promise(() => {}); }
          });
          it('second', async () => { await driver.getTitle(); });`,
        ),
        stub: { latencyMs: 5 },
      });
      const [culprit, ...others] = await Promise.all(
        ['culprit', ...NEIGHBOURS].map(async (id, slot) => await bench.attempt({ slot, site: siteNamed(id) })),
      );
      assert.deepEqual(statuses(culprit!), ['first: failed', 'second: passed']);
      assert.equal(culprit!.checks[0]?.fault?.message, 'stray');
      for (const other of others) assert.deepEqual(statuses(other), ['first: passed', 'second: passed']);
      assert.deepEqual(bench.late, []);
    });
  }
}

test('an error is charged to the check that made it, not to the one that runs when it comes', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      let release; const made = new Promise((resolve) => { release = resolve; });
      it('makes it', () => { void made.then(() => { throw new Error('from the first'); }); });
      it('runs meanwhile', async () => { release(); await driver.getTitle(); });`,
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), ['makes it: failed', 'runs meanwhile: passed']);
  assert.equal(outcome.checks[0]?.fault?.message, 'from the first');
});

test('whatever a check throws is its failure, and the site goes on', async () => {
  const files = checkFile(
    'esm',
    `
      const getter = (name) => Object.defineProperty(new Error('x'), name, { get() { throw new Error('no'); } });
      it('a list', () => { throw Object.assign(new Error('x'), { message: ['a name is missing', 'an age is missing'] }); });
      it('an object', async () => { throw Object.assign(new Error('x'), { message: { a: 1 } }); });
      it('no message', () => { throw Object.assign(new Error('x'), { message: undefined }); });
      for (const name of ['message', 'stack', 'name', 'code', 'cause']) it('a getter of ' + name, () => { throw getter(name); });
      it('nothing', () => { throw undefined; });
      it('a text', () => { throw 'just so'; });
      it('goes on', () => {});`,
  );
  await using bench = await startBench({ files });
  const outcome = await bench.attempt({ site: siteNamed('one'), siteTimeoutMs: 10_000 });
  assert.equal(outcome.ending, 'completed', JSON.stringify([outcome, bench.notices]));
  assert.deepEqual(
    outcome.checks.map(({ status }) => status),
    [...Array<string>(10).fill('failed'), 'passed'],
  );
  assert.match(outcome.checks[0]?.fault?.message ?? '', /a name is missing.*an age is missing/);
  assert.deepEqual(bench.notices, []);
});

test('an error that comes after the end of its site is reported against it, and its lane is thrown away', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      let loads = 0;
      it('leaves a timer', async () => {
        assert.equal(++loads, 1, 'an old lane');
        if (site.id === 'culprit') setTimeout(() => { throw new Error('too late'); }, 50);
      });`,
    ),
  });
  const soon = bench.nextLate();
  const outcome = await bench.attempt({ site: siteNamed('culprit') });
  assert.deepEqual(statuses(outcome), ['leaves a timer: passed']);
  const late = await soon;
  assert.deepEqual(
    { siteId: late.siteId, attempt: late.attempt, check: late.check },
    { siteId: 'culprit', attempt: 1, check: 'leaves a timer' },
  );
  assert.equal(late.fault.message, 'too late');
  assert.deepEqual(statuses(await bench.attempt({ site: siteNamed('next') })), ['leaves a timer: passed']);
});

test('process.exit() in a check fails that check', async () => {
  await using bench = await startBench({
    files: checkFile('esm', "it('exits', () => { process.exit(0); }); it('goes on', () => {});"),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), ['exits: failed', 'goes on: passed']);
  assert.match(outcome.checks[0]?.fault?.message ?? '', /process\.exit\(0\) in a check/);
});

test('what a check writes is told with its site, without secrets', async () => {
  process.env['BENCH_PASSWORD'] = 'open sesame';
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "it('talks', async () => { await driver.getTitle(); console.log('I am', site.id, site.env.BENCH_PASSWORD); console.error('oh'); });",
    ),
  });
  await Promise.all(
    ['a', 'b'].map(
      async (id, slot) => await bench.attempt({ slot, site: { ...siteNamed(id), env: ['BENCH_PASSWORD'] } }),
    ),
  );
  const said = bench.output.map(({ siteId, stream, text }) => `${siteId} ${stream}: ${text.trim()}`).sort();
  assert.deepEqual(said, ['a stderr: oh', 'a stdout: I am a ***', 'b stderr: oh', 'b stdout: I am b ***']);
});

test('a check that removes the handlers of stray errors hides none, of its own site or of others', async () => {
  const body = `
    it('a', () => {
      const before = ['uncaughtException', 'unhandledRejection'].map((event) => process.listeners(event).length);
      for (const event of ['uncaughtException', 'unhandledRejection']) { process.removeAllListeners(event); process.on(event, () => {}); }
      assert.deepEqual(before, [0, 0]);
    });
    it('b', async () => { void Promise.reject(new Error('BOOM')); await new Promise((resolve) => setTimeout(resolve, 5)); });
    it('c', async () => { setTimeout(() => { throw new Error('BOOM'); }); await new Promise((resolve) => setTimeout(resolve, 5)); });
    it('d', () => { process.setUncaughtExceptionCaptureCallback(() => {}); });
  `;
  await using bench = await startBench({ files: checkFile('esm', body) });
  for (const id of ['one', 'two']) {
    const outcome = await bench.attempt({ site: siteNamed(id) });
    assert.deepEqual(statuses(outcome), ['a: passed', 'b: failed', 'c: failed', 'd: failed']);
  }
});

test('a check cannot send messages to gridrun', async () => {
  const body =
    "it('a', () => { process.send?.(null); process.send?.({ type: 'done', id: 1 }); assert.equal(process.send, undefined); });";
  await using bench = await startBench({ files: checkFile('esm', body) });
  assert.deepEqual(statuses(await bench.attempt({ site: siteNamed('one') })), ['a: passed']);
});
