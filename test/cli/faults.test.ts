import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const RUN = ['x.check.mjs', '--sites', 'sites.json', '--grid'];

test('a hook that fails, with three checks behind it, gives three test cases', async () => {
  await using stub = await startStub();
  const suite = `
describe('login', () => {
  before(() => { throw new Error('no cookie banner'); });
  for (const name of ['one', 'two', 'three']) it(name, () => {});
});
it('another', () => {});
`;
  await using place = await Workplace.with({ 'sites.json': siteList('a'), 'x.check.mjs': suite });
  assert.equal((await place.run([...RUN, stub.url])).code, 1);
  const [site] = (await place.results()).sites;
  assert.deepEqual(
    site?.checks.map((check) => [check.title, check.status]),
    [
      ['another', 'passed'],
      ['login one', 'failed'],
      ['login two', 'failed'],
      ['login three', 'failed'],
    ],
  );
  const junit = await place.read('gridrun-results/junit.xml');
  assert.equal(junit.match(/<failure [^>]*no cookie banner/g)?.length, 3);
});

test('kill -9 of a worker costs no verdict', { skip: process.platform === 'win32' && 'needs ps' }, async () => {
  let going = false;
  await using stub = await startStub({
    sessionsPerNode: 8,
    faults: ({ command }) => (command === 'GET title' && going ? { status: 200, body: { value: 'go' } } : undefined),
  });
  const ids = Array.from({ length: 20 }, (_, index) => `s${index}`);
  const body =
    "await driver.get(site.url); if (site.id === 's5') await driver.wait(async () => (await driver.getTitle()) === 'go');";
  await using place = await Workplace.with({ 'sites.json': siteList(...ids), 'x.check.mjs': checkFile(body) });
  const command = place.start([...RUN, stub.url, '-j', '8', '--lanes-per-worker', '8']);
  await command.event((event) => event.type === 'attempt-started' && event.siteId === 's5');
  const [host] = childrenOf(command.process.pid ?? 0);
  assert(host !== undefined, 'no worker runs');
  process.kill(host, 'SIGKILL');
  going = true;
  const { code, stdout } = await command.ended;
  assert.equal(code, 0, stdout);
  assert.deepEqual(
    Object.values(await place.verdicts()),
    ids.map(() => 'passed'),
  );
  const faults = (await place.journal()).flatMap((event) =>
    event.type === 'attempt-ended' ? (event.attempt.fault?.code ?? []) : [],
  );
  assert.deepEqual([...new Set(faults)], ['runner.worker-died']);
  assert.equal(stub.sessions().length, 0);
});

test('a check that uses up the memory of its process is told so', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({
    'sites.json': siteList('a'),
    'x.check.mjs': checkFile('const all = []; for (;;) all.push(new Array(1000).fill(site));'),
  });
  const args = [...RUN, stub.url, '--infra-retries', '0'];
  const { code, stdout } = await place.run(args, { env: { NODE_OPTIONS: '--max-old-space-size=96' } });
  assert.equal(code, 3, stdout);
  assert.match(stdout, /a \(errored, cause check\)/);
  assert.match(stdout, /the checks of the site ended the process that they run in \(out of memory, /);
});

test('sessions that die are replaced: the site at hand is tried again, no site is failed by it', async () => {
  let killed = 0;
  await using stub = await startStub({
    nodes: 3,
    faults: ({ command, body }) =>
      command === 'POST url' && /s(3|7)\./.test(String(body['url'])) && killed++ < 2 ? 'kill-session' : undefined,
  });
  const ids = Array.from({ length: 12 }, (_, index) => `s${index}`);
  await using place = await Workplace.with({
    'sites.json': siteList(...ids),
    'x.check.mjs': checkFile('await driver.get(site.url);'),
  });
  const { code, stdout } = await place.run([...RUN, stub.url, '-j', '3']);
  assert.equal(code, 0, stdout);
  assert.equal(killed >= 2, true);
  assert.deepEqual([...new Set(Object.values(await place.verdicts()))], ['passed']);
});

test('a site whose session dies each time is errored, not failed, and the others are passed', async () => {
  await using stub = await startStub({
    faults: ({ command, body }) =>
      command === 'POST url' && String(body['url']).includes('bad.') ? 'kill-session' : undefined,
  });
  await using place = await Workplace.with({
    'sites.json': siteList('bad', 'good'),
    'x.check.mjs': checkFile('await driver.get(site.url);'),
  });
  const { code } = await place.run([...RUN, stub.url]);
  assert.equal(code, 3);
  const [bad, good] = (await place.results()).sites;
  assert.deepEqual([bad?.verdict, bad?.attempts, good?.verdict], ['errored', 3, 'passed']);
});

test('a grid that is not there ends the run as one incident: every site is not-run, and --resume runs them', async () => {
  const gone = await startStub();
  await gone.stop();
  await using place = await Workplace.with({ 'sites.json': siteList('a', 'b'), 'x.check.mjs': checkFile('') });
  const { code, stdout } = await place.run([...RUN, gone.url]);
  assert.equal(code, 3, stdout);
  assert.match(stdout, /to resume: gridrun --resume/);
  assert.deepEqual(await place.verdicts(), { a: 'not-run', b: 'not-run' });
  const [site] = (await place.results()).sites;
  assert.match(site?.checks[0]?.reason ?? '', /^the grid .* was down from \S+ to \S+ \(.*ECONNREFUSED/);
  await using back = await startStub();
  assert.equal((await place.run([...RUN, back.url, '--resume'])).code, 0);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'passed' });
});

test('a network that is down is one incident: no site is blamed, and --resume tries all of them again', async () => {
  let down = true;
  const refused = {
    status: 500,
    body: { value: { error: 'unknown error', message: 'net::ERR_NAME_NOT_RESOLVED', stacktrace: '' } },
  };
  await using stub = await startStub({
    faults: ({ command }) => (command === 'POST url' && down ? refused : undefined),
  });
  const list = Array.from({ length: 6 }, (_, index) => ({ id: `s${index}`, url: `https://www.shop${index}.com/` }));
  await using place = await Workplace.with({
    'sites.json': JSON.stringify(list),
    'x.check.mjs': checkFile('await driver.get(site.url);'),
  });
  const flags = ['-j', '2', '--outage-sites', '3', '--outage-timeout', '1500'];
  const { code, stdout } = await place.run([...RUN, stub.url, ...flags]);
  assert.equal(code, 3, stdout);
  const { sites, notices } = await place.results();
  for (const { cause, verdict } of sites)
    assert.deepEqual([verdict, cause], verdict === 'not-run' ? ['not-run', undefined] : ['errored', 'grid']);
  assert.deepEqual(
    notices.map((notice) => notice.code),
    ['run.outage'],
  );
  const junit = await place.read('gridrun-results/junit.xml');
  assert.match(junit, /the network of the grid .* was down from \S+Z to \S+Z/);
  assert.doesNotMatch(junit, /cause="site"|type="site\./);
  down = false;
  assert.equal((await place.run([...RUN, stub.url, ...flags, '--resume'])).code, 0);
  assert.deepEqual([...new Set(Object.values(await place.verdicts()))], ['passed']);
  assert.equal(stub.sessions().length, 0);
});

test('a grid whose sessions all die: a canary finds it sick, no further site is spent, and the run goes on when it is back', async () => {
  let dead = true;
  let canaries = 0;
  await using stub = await startStub({
    faults: ({ command, body }) => {
      if (command !== 'POST url') return undefined;
      // The canary's page is the hub's own.
      if (String(body['url']).endsWith('/status') && ++canaries === 2) dead = false;
      return dead ? 'kill-session' : undefined;
    },
  });
  const ids = Array.from({ length: 12 }, (_, index) => `s${index}`);
  await using place = await Workplace.with({
    'sites.json': siteList(...ids),
    'x.check.mjs': checkFile('await driver.get(site.url);'),
  });
  const { code, stdout } = await place.run([
    ...RUN,
    stub.url,
    '-j',
    '2',
    '--outage-sites',
    '4',
    '--infra-retries',
    '1',
  ]);
  assert.equal(code, 0, stdout);
  assert.equal(canaries, 2);
  const { sites, notices } = await place.results();
  assert.deepEqual([...new Set(sites.map(({ verdict }) => verdict))], ['passed']);
  assert.ok(sites.filter(({ attempts }) => attempts > 1).length <= 5, 'a site was spent on a sick grid');
  assert.match(notices.at(-1)?.text ?? '', /^the grid .* was down from .*, and is back/);
  assert.equal(stub.sessions().length, 0);
});

test("what a site's env names is in no output", async () => {
  await using stub = await startStub();
  const list = JSON.stringify([{ id: 'a', url: 'https://a.example', env: ['DEMO_PASSWORD'] }]);
  const body =
    "console.log(site.env.DEMO_PASSWORD); attach('seen.txt', 'it is ' + site.env.DEMO_PASSWORD); throw new Error('typed ' + site.env.DEMO_PASSWORD);";
  await using place = await Workplace.with({ 'sites.json': list, 'x.check.mjs': checkFile(body) });
  const { code, stdout, stderr } = await place.run([...RUN, stub.url], { env: { DEMO_PASSWORD: 'hunter2hunter2' } });
  assert.equal(code, 1);
  assert.doesNotMatch(stdout + stderr, /hunter2/);
  for (const entry of await readdir(place.folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      assert.doesNotMatch(await readFile(join(entry.parentPath, entry.name), 'utf8'), /hunter2/, entry.name);
  }
});

function childrenOf(pid: number): number[] {
  return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
    .toString()
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map(Number);
}

test('a check that ends its own process, again and again, takes no other site with it', async () => {
  await using stub = await startStub({ nodes: 2, sessionsPerNode: 5, latencyMs: 5 });
  const ids = Array.from({ length: 20 }, (_, index) => `s${index}`);
  const body =
    "await driver.get(site.url); if (site.id === 's7') process.kill(process.pid, 'SIGKILL'); await driver.getTitle();";
  await using place = await Workplace.with({ 'sites.json': siteList(...ids), 'x.check.mjs': checkFile(body) });
  const { code, stdout } = await place.run([...RUN, stub.url, '-j', '10', '--lanes-per-worker', '10']);
  assert.equal(code, 3, stdout);
  const wrong = Object.entries(await place.verdicts()).filter(([, verdict]) => verdict !== 'passed');
  assert.deepEqual(wrong, [['s7', 'errored']]);
});
