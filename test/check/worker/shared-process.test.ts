import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { checkFile } from '../module-kinds.ts';
import { siteNamed, startBench, statuses, tryAll } from '../suite-bench.ts';

const SITES = ['one', 'two', 'three', 'four'];

test('the hooks that are due run after a cut, so that the next site finds its port free', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `import { createServer } from 'node:http';
      const log = (text) => console.log(site.id + ' ' + text);
      let server;
      before((done) => { server = createServer().listen(0, done); });
      it('is cut', async () => { if (site.id === 'cut') await new Promise(() => {}); });
      afterEach(() => log('afterEach'));
      after((done) => { log('after'); server.close(done); });`,
    ),
  });
  const cut = await bench.attempt({ site: siteNamed('cut'), siteTimeoutMs: 300 });
  assert.deepEqual([cut.ending, cut.fault?.code], ['timed-out', 'site.timeout']);
  assert.deepEqual(statuses(await bench.attempt({ site: siteNamed('next') })), ['is cut: passed']);
  assert.deepEqual(
    bench.output.map(({ text }) => text.trim()),
    ['cut afterEach', 'cut after', 'next afterEach', 'next after'],
  );
});

test('a worker whose hooks do not end after a cut is replaced; its other sites end', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `import { createServer } from 'node:http';
      it('is cut', async () => {
        console.log('pid ' + process.pid);
        if (site.id === 'cut') await new Promise(() => {});
        while (site.id === 'beside' && (await driver.getTitle()) !== 'released') await new Promise((resolve) => setTimeout(resolve, 5));
      });
      after(async () => { if (site.id === 'cut') await new Promise(() => {}); });`,
    ),
    checkTimeoutMs: 60_000,
  });
  const beside = bench.attempt({ slot: 1, site: siteNamed('beside') });
  const cut = await bench.attempt({ slot: 0, site: siteNamed('cut'), siteTimeoutMs: 500 });
  assert.equal(cut.ending, 'timed-out');
  const next = await bench.attempt({ slot: 0, site: siteNamed('next') });
  bench.release();
  assert.deepEqual([next, await beside].map(statuses), [['is cut: passed'], ['is cut: passed']]);
  const pids = bench.output.map(({ text }) => text.trim());
  assert.equal(new Set(pids).size, 2, pids.join());
});

/** More of them are in `test/cli/forty-checks.ts`. */
const CHANGES: Readonly<Record<string, { readonly change: string; readonly undo: string; readonly read: string }>> = {
  'the working folder': {
    change: "process.chdir('/')",
    undo: 'process.chdir(home)',
    read: "process.cwd() === (mine ? '/' : home)",
  },
  'a global': {
    change: 'globalThis.who = site.id',
    undo: 'delete globalThis.who',
    read: 'globalThis.who === (mine ? site.id : undefined)',
  },
  'a builtin': {
    change: "Array.prototype.at = () => 'patched'",
    undo: 'Array.prototype.at = at',
    read: "[1].at(0) === (mine ? 'patched' : 1)",
  },
  'the clock': {
    change: 'globalThis.Date = class extends RealDate { static now() { return 5; } }',
    undo: 'globalThis.Date = RealDate',
    read: '(Date.now() === 5) === mine',
  },
};

for (const [name, { change, undo, read }] of Object.entries(CHANGES)) {
  test(`sites beside a check that changes ${name} are repeated in a process of their own, and the user reads it once`, async () => {
    await using bench = await startBench({
      files: checkFile(
        'esm',
        `const home = process.cwd(), at = Array.prototype.at, RealDate = Date;
        it('changes it', async () => {
          const mine = ['one', 'two'].includes(site.id);
          if (mine) ${change};
          try {
            for (let nth = 0; nth < 5; nth++) { await driver.getTitle(); assert.ok(${read}); }
          } finally {
            if (mine) ${undo};
          }
        });`,
      ),
      stub: { latencyMs: 20 },
    });
    const outcomes = await tryAll(bench, SITES);
    for (const id of SITES)
      assert.deepEqual(statuses(outcomes[id]!), ['changes it: passed'], outcomes[id]?.checks[0]?.fault?.stack);
    assert.deepEqual(
      bench.notices.map(({ code }) => code),
      ['checks.shared-process'],
    );
  });
}

test('sites whose checks need the same port are tried one at a time', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `import { createServer } from 'node:net';
      import { readFileSync } from 'node:fs';
      let server;
      before((done) => { server = createServer(); server.on('error', done); server.listen(Number(readFileSync('port', 'utf8')), done); });
      it('has the port', async () => { await driver.getTitle(); });
      after((done) => { server.close(done); });`,
    ),
    stub: { latencyMs: 20 },
    workerCount: 2,
  });
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await writeFile(`${bench.dir}/port`, String(port));
  await new Promise((resolve) => probe.close(resolve));
  const outcomes = await tryAll(bench, SITES);
  for (const id of SITES)
    assert.deepEqual(statuses(outcomes[id]!), ['has the port: passed'], outcomes[id]?.checks[0]?.fault?.stack);
  assert.match(
    bench.notices.map(({ text }) => text).join('\n'),
    new RegExp(`^checks of several sites need port ${port}`),
  );
});
