import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { GridrunError } from '../../src/core/fault.ts';
import { findChrome, type FindChromeOptions } from '../../src/grid/find-chrome.ts';

const skip = process.platform === 'win32' && 'programs of one line need a POSIX shell';
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gridrun-find-'));
});
after(() => rm(folder, { recursive: true }));

async function program(name: string, version: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho "${name} ${version}"\n`);
  await chmod(path, 0o755);
  return path;
}

async function noManager(): Promise<never> {
  throw new Error('no network');
}

async function refused(options: FindChromeOptions): Promise<GridrunError> {
  const error: unknown = await findChrome({ env: {}, manager: noManager, ...options }).catch(
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GridrunError && error.answer === 'refuse', String(error));
  return error;
}

test('takes the first browser that has a driver of its major version', { skip }, async () => {
  const chromes = [
    await program('chrome-150', '150.0.1.1'),
    await program('chrome-156', '156.0.9.9'),
    join(folder, 'nothing'),
  ];
  const chromedrivers = [await program('chromedriver-156', '156.0.2.2')];
  const found = await findChrome({ env: {}, chromes, chromedrivers, manager: noManager });
  assert.deepEqual(found, {
    chrome: chromes[1],
    chromedriver: chromedrivers[0],
    chromeVersion: '156.0.9.9',
    driverVersion: '156.0.2.2',
  });
});

test('without a headless shell it says how to get one, and asks no manager', { skip }, async () => {
  const { message, hint } = await refused({ kind: 'shell', chromes: [], manager: () => assert.fail('asked') });
  assert.equal(message, 'no headless shell of Chrome on this machine');
  assert.match(hint ?? '', /chromium-headless-shell.*GRIDRUN_CHROME_SHELL.*--chrome full/);
});

test('the environment goes first, and must name a program', { skip }, async () => {
  const env = {
    GRIDRUN_CHROME: await program('mine', '150.0'),
    GRIDRUN_CHROMEDRIVER: await program('my-chromedriver', '150.1'),
  };
  assert.equal(
    (await findChrome({ env, chromes: [], chromedrivers: [], manager: noManager })).chrome,
    env.GRIDRUN_CHROME,
  );
  assert.match(
    (await refused({ env: { GRIDRUN_CHROME: '/nowhere/chrome' } })).message,
    /GRIDRUN_CHROME is \/nowhere\/chrome/,
  );
});

test('refuses versions that do not fit, and names both', { skip }, async () => {
  const chromes = [await program('chrome-a', '150.0.1')];
  const chromedrivers = [await program('chromedriver-b', '156.0.2')];
  const error = await refused({ chromes, chromedrivers });
  assert.equal(error.code, 'local.chrome-mismatch');
  assert.match(error.message, /150\.0\.1.*156\.0\.2/);
});

test('says what to do if there is no browser', { skip }, async () => {
  const error = await refused({ chromes: [], chromedrivers: [] });
  assert.match(error.message, /no Chrome or Chromium on this machine.*no network/);
  assert.match(error.hint!, /apt-get install chromium chromium-driver/);
});

test('Selenium Manager finds what is missing', { skip }, async () => {
  const chromes = [await program('chrome-c', '150.0.1')];
  const driverPath = await program('chromedriver-c', '150.0.7');
  let asked: readonly string[] = [];
  const manager = async (args: readonly string[]) => {
    asked = args;
    return { browserPath: chromes[0]!, driverPath };
  };
  assert.equal((await findChrome({ env: {}, chromes, chromedrivers: [], manager })).chromedriver, driverPath);
  assert.deepEqual(asked.slice(-2), ['--browser-path', chromes[0]]);
});

test('a named program that does not run is refused with its own words', { skip }, async () => {
  const broken = join(folder, 'broken');
  await writeFile(broken, '#!/bin/sh\necho "libnss3.so: cannot open shared object file" >&2\nexit 127\n');
  await chmod(broken, 0o755);
  const noProgram = join(folder, 'no-program');
  await writeFile(noProgram, '#!/no/such/interpreter\n');
  await chmod(noProgram, 0o755);
  const good = await program('good', '150.0');
  for (const [variable, path, why] of [
    ['GRIDRUN_CHROME', broken, /which does not run: libnss3\.so: cannot open/],
    ['GRIDRUN_CHROMEDRIVER', broken, /which does not run: libnss3\.so: cannot open/],
    ['GRIDRUN_CHROME', noProgram, /which does not run: spawn .*ENOENT/],
  ] as const) {
    const error = await refused({ env: { GRIDRUN_CHROME: good, GRIDRUN_CHROMEDRIVER: good, [variable]: path } });
    assert.equal(error.code, 'local.no-chrome');
    assert.match(error.message, new RegExp(`^${variable} is ${path}`));
    assert.match(error.message, why);
  }
});
