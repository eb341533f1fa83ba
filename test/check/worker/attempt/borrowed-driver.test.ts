import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkFile, MODULE_KINDS } from '../../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../../suite-bench.ts';

for (const kind of MODULE_KINDS) {
  test(`driver.quit() in after ends the site's use of the session, not the session (${kind})`, async () => {
    await using bench = await startBench({
      files: checkFile(
        kind,
        "it('opens', async () => { await driver.get(site.url); }); after(async () => { await driver.quit(); });",
      ),
    });
    const session = await bench.session();
    for (const id of ['one', 'two']) {
      const outcome = await bench.attempt({ site: siteNamed(id), session });
      assert.equal(outcome.ending, 'completed');
      assert.deepEqual(statuses(outcome), ['opens: passed']);
      assert.equal(outcome.sessionDirty, false);
    }
    assert.deepEqual(bench.stub.sessions()[0]?.visited, ['http://one.test/', 'http://two.test/']);
  });

  test(`closing the last window ends the site's use of the session (${kind})`, async () => {
    await using bench = await startBench({
      files: checkFile(
        kind,
        `
        it('closes', async () => { await driver.get(site.url); assert.deepEqual(await driver.close(), []); });
        it('has no session any more', async () => { await assert.rejects(driver.getTitle(), { name: 'NoSuchSessionError' }); });`,
      ),
    });
    const session = await bench.session();
    for (const id of ['one', 'two'])
      assert.deepEqual(statuses(await bench.attempt({ site: siteNamed(id), session })), [
        'closes: passed',
        'has no session any more: passed',
      ]);
    assert.equal(bench.stub.sessions().length, 1);
  });

  test(`an un-awaited command is charged to its own site and touches no other (${kind})`, async () => {
    await using bench = await startBench({
      files: checkFile(
        kind,
        `
        let uses = 0;
        it('forgets to wait', async () => {
          assert.equal(++uses, 1, 'an old lane');
          await driver.get(site.url);
          if (site.id === 'culprit') void driver.get('http://elsewhere.test/').then(() => driver.get('http://further.test/'));
        });
        it('waits', () => {});`,
      ),
      stub: {
        hold: (request) => (request.body['url'] === 'http://elsewhere.test/' ? new Promise(() => {}) : undefined),
      },
    });
    const culprit = await bench.attempt({ site: siteNamed('culprit') });
    assert.deepEqual(statuses(culprit), ['forgets to wait: failed', 'waits: passed']);
    assert.equal(culprit.checks[0]?.fault?.code, 'check.unawaited-command');
    assert.ok(culprit.sessionDirty);
    assert.deepEqual(statuses(await bench.attempt({ site: siteNamed('next') })), [
      'forgets to wait: passed',
      'waits: passed',
    ]);
    assert.ok(!bench.stub.sessions().some((session) => session.visited.includes('http://further.test/')));
    assert.deepEqual(bench.late, []);
  });
}

test('a command that comes after the end of its site is reported against it and reaches no page', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      import { existsSync } from 'node:fs';
      it('leaves a timer', () => {
        const timer = setInterval(() => {
          if (!existsSync('the-site-has-ended')) return;
          clearInterval(timer);
          driver.get('http://elsewhere.test/').catch(() => {});
        }, 10);
      });`,
    ),
  });
  const soon = bench.nextLate();
  assert.deepEqual(statuses(await bench.attempt({ site: siteNamed('one') })), ['leaves a timer: passed']);
  await writeFile(join(bench.dir, 'the-site-has-ended'), '');
  const late = await soon;
  assert.equal(late.fault.code, 'check.unawaited-command');
  assert.equal(late.check, 'leaves a timer');
  assert.deepEqual(bench.stub.sessions()[0]?.visited, []);
});

test('a hung page costs its own check alone', async () => {
  const probed = Promise.withResolvers<void>();
  await using bench = await startBench({
    checkTimeoutMs: 1_000,
    files: checkFile('esm', "it('opens', async () => { await driver.get(site.url); }); it('does without', () => {});"),
    // As a browser does: the command ends after the check's own limit, which is when its failure is looked into.
    stub: {
      hold: (request) => (request.body['url'] === 'http://hung.test/' ? probed.promise : undefined),
      faults: (request) => void (request.command === 'GET window/handles' && probed.resolve()),
    },
  });
  const [hung, other] = await Promise.all(
    ['hung', 'other'].map(async (id, slot) => await bench.attempt({ slot, site: siteNamed(id) })),
  );
  assert.deepEqual(statuses(hung!), ['opens: errored', 'does without: passed']);
  assert.deepEqual([hung!.checks[0]?.fault?.code, hung!.checks[0]?.fault?.cause], ['site.no-answer', 'site']);
  assert.deepEqual(statuses(other!), ['opens: passed', 'does without: passed']);
  assert.ok(bench.stub.sessions().every((session) => (session.timeouts['pageLoad'] ?? Infinity) <= 1_000));
});

test('a check can lower its time-outs, not raise them', async () => {
  await using bench = await startBench({
    checkTimeoutMs: 2_000,
    files: checkFile(
      'esm',
      "it('sets', async () => { await driver.manage().setTimeouts({ pageLoad: 600_000, script: 100 }); });",
    ),
  });
  assert.deepEqual(statuses(await bench.attempt({ site: siteNamed('one') })), ['sets: passed']);
  assert.deepEqual(
    [bench.stub.sessions()[0]?.timeouts['pageLoad'], bench.stub.sessions()[0]?.timeouts['script']],
    [2_000, 100],
  );
});

test('a session that died faults the attempt, whatever the check says', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "it('first', async () => { await driver.get(site.url); }); it('dies', async () => { await driver.getTitle(); }); it('never', () => {});",
    ),
    stub: { faults: (request) => (request.command === 'GET title' ? 'kill-session' : undefined) },
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.equal(outcome.ending, 'faulted');
  assert.equal(outcome.fault?.code, 'grid.session-lost');
  assert.deepEqual(statuses(outcome), ['first: passed']);
});

test('a site that can not be reached is errored, also when a hook or an error with a cause says so', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      const away = 'http://dns-error.test/';
      it('plain', async () => { await driver.get(away); });
      it('wrapped', async () => { await driver.get(away).catch((cause) => { throw new Error('not there', { cause }); }); });
      it('says so itself', () => { throw new Error('net::ERR_FAKE'); });
      describe('hook', () => { before(async () => { await driver.get(away); }); it('a', () => {}); it('b', () => {}); });`,
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.equal(outcome.ending, 'completed');
  assert.deepEqual(statuses(outcome), [
    'plain: errored',
    'wrapped: errored',
    'says so itself: failed',
    'hook a: errored',
    'hook b: errored',
  ]);
  assert.deepEqual([...new Set(outcome.checks.map((check) => check.fault?.code))], ['site.dns', 'check.failed']);
});

test("a driver's error shows the check's own line, and no frame of the driver", async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "import { By } from 'selenium-webdriver';\nit('clicks', async () => {\n  await driver.findElement(By.css('#gone')).click();\n});",
    ),
    stub: {
      faults: (request) =>
        request.command === 'POST element'
          ? { status: 404, body: { value: { error: 'no such element', message: 'no such element', stacktrace: '' } } }
          : undefined,
    },
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  const stack = outcome.checks[0]?.fault?.stack ?? '';
  assert.match(stack, /^NoSuchElementError: no such element\n.*suite\.check\.mjs:\d+:\d+\)?$/);
});
