import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, type RunSummary } from '../../src/index.ts';
import { Workplace } from '../support/command.ts';
import { ROOT, startDemoSites } from '../support/demo.ts';
import { processesOf } from '../support/left-behind.ts';
import { missing } from '../support/machine.ts';
import { startSeleniumGrid } from '../support/selenium-grid.ts';

const ROOT_ARGS = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

async function sweep(place: Workplace, grid: string, out: string): Promise<RunSummary> {
  const handle = run({
    cwd: ROOT,
    sites: `${place.folder}/sites.json`,
    checks: 'checks/login.check.ts',
    grid,
    sessions: 2,
    out: `${place.folder}/${out}`,
    ...(grid === 'local' ? {} : { capabilities: { 'goog:chromeOptions': { args: ROOT_ARGS } } }),
  });
  return handle.summary;
}

test(
  'the demo: the same verdicts in the Chrome of this machine and through a hub and two nodes, and no session is left',
  {
    skip: missing('chrome', 'selenium'),
  },
  async () => {
    await using demo = await startDemoSites();
    await using place = await Workplace.with({ 'sites.json': demo.list });
    const local = await sweep(place, 'local', 'local');
    assert.equal(local.exitCode, 0, JSON.stringify(local.counts));
    assert(local.counts.passed >= 24);
    await using hub = await startSeleniumGrid({ nodes: 2, sessionsPerNode: 1 });
    const remote = await sweep(place, hub.url, 'hub');
    assert.equal(remote.exitCode, 0, JSON.stringify(remote.counts));
    assert.deepEqual(await place.verdicts('hub'), await place.verdicts('local'));
    const nodes = new Set((await place.results('hub')).sessions.map((session) => session.node));
    assert.equal(nodes.size, 2);
    const status = (await (await fetch(`${hub.url}/status`)).json()) as {
      value: { nodes: { slots: { session: unknown }[] }[] };
    };
    assert.deepEqual(
      status.value.nodes.flatMap((node) => node.slots.map((slot) => slot.session)),
      [null, null],
    );
  },
);

for (const times of [1, 2]) {
  test(
    `Ctrl-C ${times === 1 ? 'once' : 'twice'} leaves no chromedriver, no Chrome and no folder`,
    {
      skip: missing('chrome') || (process.platform !== 'linux' && 'reads /proc'),
    },
    async () => {
      await using place = await Workplace.with({
        'tmp/keep': '',
        'sites.txt': 'data.localhost\nother.localhost\nthird.localhost\n',
        'x.check.mjs': `import { driver, site } from 'gridrun/check';
it('stays', async () => { await driver.get('data:text/html,<title>here</title>'); await driver.wait(() => false, ${times === 1 ? 2_000 : 25_000}).catch(() => {}); });`,
      });
      const command = place.start(['x.check.mjs', '--sites', 'sites.txt', '-j', '2'], {
        env: { TMPDIR: `${place.folder}/tmp` },
      });
      await command.event((event) => event.type === 'attempt-started');
      assert.notDeepEqual(processesOf(`${place.folder}/tmp`), []);
      command.process.kill('SIGINT');
      await command.event((event) => event.type === 'run-stopping');
      if (times === 2) command.process.kill('SIGINT');
      const { code, stdout, stderr } = await command.ended;
      assert.equal(code, 130, stdout + stderr);
      assert.deepEqual(processesOf(`${place.folder}/tmp`), []);
    },
  );
}
