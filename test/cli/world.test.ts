import assert from 'node:assert/strict';
import { chmod, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

// What the machine refuses is no bug of gridrun: each has a message and a code of its own, and never exit 70.
const FILES = { 'sites.json': siteList('a', 'b'), 'x.check.mjs': checkFile('await driver.get(site.url);') };
const RUN = ['x.check.mjs', '--sites', 'sites.json', '-j', '1'];
const LINUX = process.platform === 'linux' ? false : 'needs Linux';
const FULL = existsSync('/dev/full') ? false : 'needs /dev/full';

for (const [what, shell] of [
  ['cannot be written', 'exec "$@" --out /sys'],
  ['of a read-only folder', 'exec "$@" --out /proc'],
] as const) {
  test(`a results folder that ${what} is refused: out.folder`, { skip: LINUX }, async () => {
    await using stub = await startStub();
    await using place = await Workplace.with(FILES);
    const { code, stdout, stderr } = await place.run([...RUN, '--grid', stub.url], { shell });
    assert.equal(code, 2, stdout + stderr);
    assert.match(stderr, /cannot write into the results folder \/\w+: .*\n.*\ncode: out\.folder/);
    assert.equal(stub.stats.sessionsCreated, 0);
  });
}

test('a results folder without the right to write is refused: out.folder', async (context) => {
  if (process.platform === 'win32' || process.getuid?.() === 0) return context.skip('root may write everywhere');
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  await mkdir(join(place.folder, 'shut'));
  await chmod(join(place.folder, 'shut'), 0o500);
  const { code, stderr } = await place.run([...RUN, '--grid', stub.url, '--out', 'shut']);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /code: out\.folder/);
});

test('a temporary folder that takes nothing is refused: runner.state-dir', { skip: LINUX }, async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  const { code, stdout, stderr } = await place.run([...RUN, '--grid', stub.url], { env: { TMPDIR: '/sys' } });
  assert.equal(code, 2, stdout + stderr);
  assert.match(stderr, /cannot write into \/sys\/gridrun-.*\n.*TMPDIR.*\ncode: runner\.state-dir/);
  assert.equal(stub.stats.sessionsCreated, 0);
});

test('standard output on a full disk: the run goes on to its end, and says so', { skip: FULL }, async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  const { code, stderr } = await place.run([...RUN, '--grid', stub.url, '--reporter', 'list'], {
    shell: 'exec "$@" >/dev/full',
  });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^gridrun: cannot write to standard output: .*ENOSPC/);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'passed' });
});

test('too few open files are no bug', { skip: LINUX }, async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  for (const limit of [30, 36]) {
    const { code, stdout, stderr } = await place.run([...RUN, '--grid', stub.url], {
      shell: `ulimit -n ${limit}; exec "$@"`,
    });
    assert.notEqual(code, 70, `ulimit -n ${limit}: ${stdout}${stderr}`);
    assert.doesNotMatch(stdout + stderr, /bug in gridrun|runner\.bug/);
  }
});
