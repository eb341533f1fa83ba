import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const PASSING = { 'sites.json': siteList('a', 'b'), 'x.check.mjs': checkFile('await driver.get(site.url);') };
const FAILING = { ...PASSING, 'x.check.mjs': checkFile("assert.notEqual(site.id, 'b');") };
const RUN = ['x.check.mjs', '--sites', 'sites.json', '--grid'];

test('0: all passed', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(PASSING);
  const { code, stdout, stderr } = await place.run([...RUN, stub.url]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /2 passed/);
  assert.equal((await place.results()).exitCode, 0);
  assert.equal(stub.sessions().length, 0);
});

test('1: a check failed', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FAILING);
  const { code, stdout } = await place.run([...RUN, stub.url]);
  assert.equal(code, 1, stdout);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'failed' });
});

test('1 with --fail-on-flaky, 0 without it', async () => {
  await using stub = await startStub();
  const flaky = checkFile(
    "this.retries(1); if (site.id === 'b' && !globalThis.again) { globalThis.again = true; throw new Error('once'); }",
  );
  await using place = await Workplace.with({ ...PASSING, 'x.check.mjs': flaky });
  assert.equal((await place.run([...RUN, stub.url])).code, 0);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'flaky' });
  const { code, stdout } = await place.run([...RUN, stub.url, '--fail-on-flaky']);
  assert.equal(code, 1);
  assert.match(stdout, /exit 1: a check was flaky \(--fail-on-flaky\)\n/);
});

test('2: wrong input starts nothing and keeps the last results', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(PASSING);
  await place.run([...RUN, stub.url]);
  const before = await place.read('gridrun-results/events.ndjson');
  const sessionsBefore = stub.stats.sessionsCreated;
  await place.write('sites.json', '[{"url": "ftp://a.example"}, {"url": "https://b.example", "timeout": 3}]');
  await place.write('x.check.mjs', "import 'not-there';");
  const wrong = [
    '--retrys',
    '3',
    '--timeout',
    'soon',
    '--durations',
    'gone.json',
    '--baseline',
    'nowhere',
    '--extension',
    'no-build',
  ];
  const { code, stderr } = await place.run([...RUN, stub.url, ...wrong]);
  assert.equal(code, 2);
  for (const said of [
    /--retrys.*did you mean --retries/,
    /--timeout must be a whole number of ms/,
    /gone\.json/,
    /nowhere/,
    /no-build/,
  ])
    assert.match(stderr, said);
  assert.match(stderr, /\$\[0\]\.url/);
  assert.match(stderr, /timeoutMs/);
  assert.match(stderr, /x\.check\.mjs:1.*not-there/s);
  assert.equal(stub.stats.sessionsCreated, sessionsBefore);
  assert.equal(await place.read('gridrun-results/events.ndjson'), before);
});

test('2: without a list the other mistakes are told too', async () => {
  await using place = await Workplace.with({});
  const { code, stderr } = await place.run(['--timeout', 'soon']);
  assert.equal(code, 2);
  assert.match(stderr, /--timeout must be a whole number of ms[^]*there is no site list[^]*--sites <file/);
});

test('2: a history of no site, and a results folder where nothing can be made', async () => {
  await using place = await Workplace.with(PASSING);
  const history = await place.run(['history']);
  assert.deepEqual([history.code, /gridrun history needs a site/.test(history.stderr)], [2, true], history.stderr);
  if (process.platform !== 'linux') return;
  const out = await place.run([...RUN, 'http://127.0.0.1:9', '--out', '/proc/x/y']);
  assert.equal(out.code, 2, out.stderr);
  assert.match(out.stderr, /cannot create the results folder \/proc\/x\/y/);
});

test('--timeout 0 is no limit, of commands and page loads too', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({
    ...PASSING,
    'x.check.mjs': checkFile(
      'const { pageLoad, script } = await driver.manage().getTimeouts(); assert.ok(pageLoad > 60_000 && script > 0, `${pageLoad} ${script}`);',
    ),
  });
  const { code, stdout } = await place.run([...RUN, stub.url, '--timeout', '0']);
  assert.equal(code, 0, stdout);
});

test('3: a site that does not resolve is errored, cause site', async () => {
  await using stub = await startStub();
  const list = JSON.stringify([
    { id: 'gone', url: 'http://dns-error.test/' },
    { id: 'a', url: 'https://a.example' },
  ]);
  await using place = await Workplace.with({ ...PASSING, 'sites.json': list });
  const { code, stdout } = await place.run([...RUN, stub.url]);
  assert.equal(code, 3, stdout);
  const gone = (await place.results()).sites.find((site) => site.id === 'gone');
  assert.deepEqual([gone?.verdict, gone?.cause], ['errored', 'site']);
});

test("4: a report that can't be written, and every other reason is named too", async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({ ...FAILING, 'a-file': '' });
  const { code, stdout, stderr } = await place.run([...RUN, stub.url, '--reporter', 'list,junit=a-file/junit.xml']);
  assert.equal(code, 4, stderr);
  assert.match(stdout, /a report could not be written/);
  assert.match(stdout, /a check failed/);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'failed' });
});

test('70: a bug in gridrun says that it is one', async () => {
  await using stub = await startStub();
  const bug =
    "import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module'; os.hostname = () => { throw new TypeError('planted'); }; syncBuiltinESMExports();";
  await using place = await Workplace.with(PASSING);
  const { code, stderr } = await place.run([...RUN, stub.url], {
    nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(bug)}`],
  });
  assert.equal(code, 70);
  assert.match(stderr, /bug in gridrun[\s\S]*planted/);
  assert.equal(stub.sessions().length, 0);
});
