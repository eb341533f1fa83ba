import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GridrunError, run, type RunEvent } from '../../../src/index.ts';
import { startStub } from '../../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../../support/command.ts';

const FILES = {
  'sites.json': siteList('a', 'b', 'c'),
  'x.check.mjs': checkFile("await driver.get(site.url); assert.notEqual(site.id, 'b');"),
};

function settings(place: Workplace, grid: string): Parameters<typeof run>[0] {
  return { cwd: place.folder, sites: 'sites.json', checks: 'x.check.mjs', grid, sessions: 2 };
}

test('a run is an async iterable of events, from the first to the last, and a summary', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  const handle = run(settings(place, stub.url));
  const events: RunEvent[] = [];
  for await (const event of handle) events.push(event);
  const summary = await handle.summary;
  assert.equal(events[0]?.type, 'run-started');
  assert.equal(events.at(-1)?.type, 'run-ended');
  assert.equal(events.filter((event) => event.type === 'site-judged').length, 3);
  assert.deepEqual([summary.exitCode, summary.counts.passed, summary.counts.failed], [1, 2, 1]);
  assert.deepEqual(await place.journal(), JSON.parse(JSON.stringify(events)));
});

test('two runs live in one process, and do not mix', async () => {
  await using stub = await startStub();
  await using one = await Workplace.with(FILES);
  await using other = await Workplace.with({ ...FILES, 'sites.json': siteList('x', 'y') });
  const [first, second] = await Promise.all([
    run(settings(one, stub.url)).summary,
    run(settings(other, stub.url)).summary,
  ]);
  assert.deepEqual([first?.counts.passed, second?.counts.passed], [2, 2]);
  assert.deepEqual(await other.verdicts(), { x: 'passed', y: 'passed' });
});

test('wrong settings throw, a wrong list rejects the summary, and the events then just end', async () => {
  assert.throws(() => run({ sites: 's', retries: -1 }), GridrunError);
  await using place = await Workplace.with({ ...FILES, 'sites.json': '[]' });
  const handle = run(settings(place, 'http://127.0.0.1:1'));
  for await (const event of handle) assert.fail(`nothing should have been started: ${event.type}`);
  await assert.rejects(handle.summary, GridrunError);
});

test('two runs in one results folder: the second is refused', async () => {
  await using stub = await startStub({ latencyMs: 50 });
  await using place = await Workplace.with(FILES);
  const first = run(settings(place, stub.url));
  for await (const event of first) if (event.type === 'run-started') break;
  await assert.rejects(run(settings(place, stub.url)).summary, GridrunError);
  assert.equal((await first.summary).exitCode, 1);
});

test('the library prints nothing and leaves the process alone', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  await place.write(
    'program.mjs',
    `import { run } from ${JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href)};
await run(${JSON.stringify(settings(place, stub.url))}).summary; process.exitCode = 42;`,
  );
  const { code, stdout, stderr } = await place.runNode('program.mjs');
  assert.deepEqual([code, stdout, stderr], [42, '', '']);
});
