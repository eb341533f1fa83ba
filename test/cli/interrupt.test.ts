import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const FILES = {
  'sites.json': siteList('a', 'b', 'c', 'd'),
  'x.check.mjs': checkFile(
    "await driver.get(site.url); if (site.id === 'b') await new Promise((resolve) => signal.addEventListener('abort', resolve));",
  ),
};
const ENDING = {
  ...FILES,
  'x.check.mjs': checkFile(
    "await driver.get(site.url); if (site.id === 'b') await driver.wait(async () => (await driver.getTitle()) === 'go');",
  ),
};
const MANIFEST = JSON.stringify({ manifest_version: 3, name: 'a build', version: '1.0' });
const RUN = ['x.check.mjs', '--sites', 'sites.json', '-j', '1', '--chunk-size', '1', '--grid'];

test('Ctrl-C lets the running site end and starts no other; --resume goes on with the rest', async () => {
  let going = false;
  await using stub = await startStub({
    faults: ({ command }) => (command === 'GET title' && going ? { status: 200, body: { value: 'go' } } : undefined),
  });
  await using place = await Workplace.with(ENDING);
  const command = place.start([...RUN, stub.url]);
  await command.event((event) => event.type === 'attempt-started' && event.siteId === 'b');
  command.process.kill('SIGINT');
  await command.event((event) => event.type === 'run-stopping');
  going = true;
  const { code, stdout } = await command.ended;
  assert.equal(code, 130, stdout);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'passed', c: 'not-run', d: 'not-run' });
  assert.equal(stub.sessions().length, 0);

  const resumed = await place.run([...RUN, stub.url, '--resume']);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'passed', c: 'passed', d: 'passed' });
  const started = (await place.journal()).flatMap((event) => (event.type === 'attempt-started' ? event.siteId : []));
  assert.deepEqual(started, ['c', 'd']);
});

test('Ctrl-C twice ends the running site too, and leaves no session', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  const command = place.start([...RUN, stub.url]);
  await command.event((event) => event.type === 'attempt-started' && event.siteId === 'b');
  command.process.kill('SIGINT');
  await command.event((event) => event.type === 'run-stopping');
  command.process.kill('SIGINT');
  const { code } = await command.ended;
  assert.equal(code, 130);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'not-run', c: 'not-run', d: 'not-run' });
  assert.equal(stub.sessions().length, 0);
});

test('a run whose reader goes away lives on, and is ended in order', async () => {
  let going = false;
  await using stub = await startStub({
    faults: ({ command }) => (command === 'GET title' && going ? { status: 200, body: { value: 'go' } } : undefined),
  });
  await using place = await Workplace.with(ENDING);
  const command = place.start([...RUN, stub.url]);
  await command.event((event) => event.type === 'attempt-started' && event.siteId === 'b');
  command.process.stdout?.destroy();
  command.process.stderr?.destroy();
  command.process.kill('SIGINT');
  await command.event((event) => event.type === 'run-stopping');
  going = true;
  assert.equal((await command.ended).code, 130);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'passed', c: 'not-run', d: 'not-run' });
  assert.equal(stub.sessions().length, 0);
});

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGXCPU'] as const) {
  test(`${signal} without a terminal ends the running site and leaves no session`, async (context) => {
    if (process.platform === 'win32') return context.skip('Windows has no such signals');
    await using stub = await startStub();
    await using place = await Workplace.with(FILES);
    const command = place.start([...RUN, stub.url]);
    await command.event((event) => event.type === 'attempt-started' && event.siteId === 'b');
    command.process.kill(signal);
    assert.equal((await command.ended).code, 130);
    assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'not-run', c: 'not-run', d: 'not-run' });
    assert.equal(stub.sessions().length, 0);
  });
}

test('a closed pipe ends the run: running sites may finish', async () => {
  await using place = await Workplace.with({ ...FILES, 'x.check.mjs': checkFile('await driver.get(site.url);') });
  const held = Promise.withResolvers<void>();
  await using stub = await startStub({
    hold: ({ command, body }) =>
      command === 'POST url' && String(body['url']).includes('//b.') ? held.promise : undefined,
  });
  const command = place.start([...RUN, stub.url, '--reporter', 'list']);
  await command.event((event) => event.type === 'attempt-started' && event.siteId === 'b');
  command.process.stdout?.destroy();
  held.resolve();
  assert.equal((await command.ended).code, 130);
  const verdicts = await place.verdicts();
  assert.deepEqual([verdicts['a'], verdicts['b'], verdicts['d']], ['passed', 'passed', 'not-run']);
  assert.equal(stub.sessions().length, 0);
});

test('under nohup a closed session does not stop the run', async (context) => {
  if (process.platform === 'win32') return context.skip('Windows has no such signals');
  const held = Promise.withResolvers<void>();
  await using stub = await startStub({ hold: ({ command }) => (command === 'POST url' ? held.promise : undefined) });
  await using place = await Workplace.with({ ...FILES, 'x.check.mjs': checkFile('await driver.get(site.url);') });
  const command = place.start([...RUN, stub.url], { env: { _: '/usr/bin/nohup' } });
  await command.event((event) => event.type === 'attempt-started');
  command.process.kill('SIGHUP');
  held.resolve();
  assert.equal((await command.ended).code, 0);
});

test('a bug that nobody catches is 70, and leaves no session', async () => {
  await using stub = await startStub();
  const bug =
    "if (process.argv[1]?.includes('/cli/main.')) process.on('SIGUSR2', () => void Promise.reject(new Error('a planted bug')));";
  await using place = await Workplace.with({ ...FILES, 'bug.mjs': bug });
  const command = place.start([...RUN, stub.url], { nodeArgs: ['--import', './bug.mjs'] });
  await command.event((event) => event.type === 'attempt-started' && event.siteId === 'b');
  command.process.kill('SIGUSR2');
  const { code, stderr } = await command.ended;
  assert.equal(code, 70);
  assert.match(stderr, /^This is a bug in gridrun.*\nError: a planted bug\n/);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'not-run', c: 'not-run', d: 'not-run' });
  assert.equal(stub.sessions().length, 0);
});

test('a run that is refused leaves an unfinished one where it is', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({ ...FILES, 'other.json': siteList('z'), 'build/manifest.json': MANIFEST });
  const command = place.start([...RUN, stub.url]);
  await command.event((event) => event.type === 'attempt-started' && event.siteId === 'b');
  command.process.kill('SIGKILL');
  await command.ended;
  const before = await place.read('gridrun-results/events.ndjson');
  await place.write('x.check.mjs', checkFile('await driver.get(site.url);'));
  const refused = [
    [...RUN, stub.url, '--resume', '--sites', 'other.json'],
    [...RUN, stub.url, '--resume', '--extension', 'gone'],
    // The stub has no such extension, so the build cannot be loaded.
    [...RUN, stub.url, '--extension', 'build'],
  ];
  for (const args of refused) {
    const { code, stderr } = await place.run(args);
    assert.equal(code, 2, stderr);
    assert.equal(await place.read('gridrun-results/events.ndjson'), before);
  }
  const { code, stderr } = await place.run([...RUN, stub.url, '--resume']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(new Set(Object.values(await place.verdicts())), new Set(['passed']));
});

test('a plain run after an interrupted one sets its files aside and says how to go on', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  const command = place.start([...RUN, stub.url]);
  await command.event((event) => event.type === 'attempt-started' && event.siteId === 'b');
  command.process.kill('SIGKILL');
  await command.ended;
  await place.write('x.check.mjs', checkFile('await driver.get(site.url);'));
  const { code, stdout } = await place.run([...RUN, stub.url]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /Moved the unfinished run \S+ to .*gridrun --resume/);
});

test('an interrupted rerun goes on with --last-failed, and says so; it has no plan to resume', async () => {
  await using stub = await startStub();
  const failing = checkFile("if (site.id !== 'a') throw new Error('no');");
  await using place = await Workplace.with({ ...FILES, 'x.check.mjs': failing });
  assert.equal((await place.run([...RUN, stub.url])).code, 1);
  // Each site waits, because the order of the three is that of their durations in the first run.
  await place.write('x.check.mjs', FILES['x.check.mjs'].replace("site.id === 'b'", "site.id !== 'a'"));
  const command = place.start([...RUN, stub.url, '--last-failed']);
  // Until then the journal is that of the first run.
  await command.event((event) => event.type === 'run-started' && event.lastFailed === true);
  await command.event((event) => event.type === 'attempt-started');
  command.process.kill('SIGINT');
  await command.event((event) => event.type === 'run-stopping');
  command.process.kill('SIGINT');
  const { code, stdout } = await command.ended;
  assert.equal(code, 130, stdout);
  assert.match(stdout, /\nto go on: gridrun --last-failed with the same flags\n/);
  const resumed = await place.run([...RUN, stub.url, '--resume']);
  assert.equal(resumed.code, 2);
  assert.match(resumed.stderr, /it tried only what failed before \(--last-failed\)\n/);
  await place.write('x.check.mjs', checkFile('await driver.get(site.url);'));
  const again = await place.run([...RUN, stub.url, '--last-failed']);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(await place.verdicts(), { b: 'passed', c: 'passed', d: 'passed' });
  assert.match(again.stdout, /Moved the unfinished rerun \S+ to .*cannot be resumed/);
});

test('--global-timeout ends the run; what is not done is not-run', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  const { code, stdout } = await place.run([...RUN, stub.url, '--global-timeout', '1500']);
  assert.equal(code, 3, stdout);
  const verdicts = await place.verdicts();
  assert.equal(verdicts['b'], 'not-run');
  assert.equal(stub.sessions().length, 0);
});

test('--last-failed names the failed sites that it leaves out', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({
    ...FILES,
    'x.check.mjs': checkFile('assert.notEqual(site.id, site.id);'),
  });
  assert.equal((await place.run([...RUN, stub.url])).code, 1);
  const { code, stdout } = await place.run([...RUN, stub.url, '--last-failed', '--site', 'a']);
  assert.equal(code, 1, stdout);
  assert.match(stdout, /this run leaves out sites that failed in the last run: b, c, d; the next --last-failed/);
});

test('--last-failed runs what was not passed, alone', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({ ...FILES, 'x.check.mjs': checkFile("assert.notEqual(site.id, 'c');") });
  assert.equal((await place.run([...RUN, stub.url])).code, 1);
  await place.write('x.check.mjs', checkFile('assert(true);'));
  assert.equal((await place.run([...RUN, stub.url, '--last-failed'])).code, 0);
  assert.deepEqual(await place.verdicts(), { c: 'passed' });
});

test('SIGUSR2 stays with Node where Node was told to answer it, as with --report-on-signal', async (context) => {
  if (process.platform === 'win32') return context.skip('Windows has no such signal');
  let going = false;
  await using stub = await startStub({
    faults: ({ command }) => (command === 'GET title' && going ? { status: 200, body: { value: 'go' } } : undefined),
  });
  await using place = await Workplace.with(ENDING);
  const command = place.start([...RUN, stub.url], { nodeArgs: ['--report-on-signal'] });
  await command.event((event) => event.type === 'attempt-started' && event.siteId === 'b');
  command.process.kill('SIGUSR2');
  going = true;
  const { code, stderr } = await command.ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Writing Node\.js report/);
});
