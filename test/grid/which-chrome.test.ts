import assert from 'node:assert/strict';
import { chmod, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { refusal } from '../../src/core/fault.ts';
import type { FindChromeOptions } from '../../src/grid/find-chrome.ts';
import { chooseChrome, needsFull, type ChromeOptions } from '../../src/grid/which-chrome.ts';

const skip = process.platform === 'win32' && 'programs of one line need a POSIX shell';
const PLAIN: ChromeOptions = { chrome: 'auto', headed: false, capabilities: {}, extension: undefined };

async function program(folder: string, name: string, version: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho "${name} ${version}"\n`);
  await chmod(path, 0o755);
  return path;
}

test('a run needs full Chrome for an extension, a window, or a browser that the user named', () => {
  assert.equal(needsFull(PLAIN, {}), false);
  assert.equal(needsFull({ ...PLAIN, headed: true }, {}), true);
  assert.equal(needsFull({ ...PLAIN, extension: 'dist' }, {}), true);
  assert.equal(needsFull(PLAIN, { GRIDRUN_CHROME: '/opt/chrome' }), true);
  const withChrome = (options: object): ChromeOptions => ({
    ...PLAIN,
    capabilities: { 'goog:chromeOptions': options },
  });
  assert.equal(needsFull(withChrome({ binary: '/opt/chrome' }), {}), true);
  assert.equal(needsFull(withChrome({ extensions: ['…'] }), {}), true);
  assert.equal(needsFull(withChrome({ debuggerAddress: '127.0.0.1:9222' }), {}), true);
  assert.equal(needsFull(withChrome({ args: ['load-extension=dist'] }), {}), true);
  assert.equal(needsFull(withChrome({ args: ['--lang=de', '--app-name=x'] }), {}), false);
});

test('auto takes the headless shell, --chrome full never does', { skip }, async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), 'gridrun-which-'));
  const driver = await program(place.path, 'chromedriver-1', '156.0.2.2');
  const shell = await program(place.path, 'shell', '156.0.1.1');
  const env = { GRIDRUN_CHROME_SHELL: shell, GRIDRUN_CHROMEDRIVER: driver };
  const full = await program(place.path, 'full', '156.0.3.3');
  const chosen = async (chrome: ChromeOptions['chrome'], more: object = {}): Promise<unknown> => {
    const { kind, pair } = await chooseChrome({ ...PLAIN, chrome }, { ...env, ...more });
    return [kind, pair.chrome];
  };
  assert.deepEqual(await chosen('auto'), ['shell', shell]);
  assert.deepEqual(await chosen('shell', { GRIDRUN_CHROME: full }), ['shell', shell]);
  assert.deepEqual(await chosen('auto', { GRIDRUN_CHROME: full }), ['full', full]);
  assert.deepEqual(await chosen('full', { GRIDRUN_CHROME: full }), ['full', full]);
  // A run must not say that it had another browser than it had.
  const named = (options: object): Promise<unknown> =>
    chooseChrome(
      { ...PLAIN, chrome: 'full', capabilities: { 'goog:chromeOptions': options } },
      { ...env, GRIDRUN_CHROME: full },
    ).then(({ kind }) => kind);
  assert.equal(await named({ binary: '/opt/chrome-headless-shell' }), 'shell');
  assert.equal(await named({ debuggerAddress: '127.0.0.1:9222' }), undefined);
  await assert.rejects(
    chooseChrome({ ...PLAIN, chrome: 'shell', capabilities: { 'goog:chromeOptions': { binary: full } } }, env),
    /--chrome shell: --capabilities have binary, which the headless shell would not get/,
  );
  await assert.rejects(
    chosen('auto', { GRIDRUN_CHROME_SHELL: join(place.path, 'nothing') }),
    /GRIDRUN_CHROME_SHELL is .*nothing, but there is no program at this path/,
  );
});

test('auto without the headless shell takes full Chrome, and knows why', async () => {
  const pair = {
    chrome: '/usr/bin/chromium',
    chromedriver: '/usr/bin/chromedriver',
    chromeVersion: '1',
    driverVersion: '1',
  };
  const lack = refusal('local.no-chrome', 'no headless shell of Chrome on this machine', { hint: 'install it' });
  const find = (options: FindChromeOptions): Promise<typeof pair> =>
    options.kind === 'shell' ? Promise.reject(lack) : Promise.resolve(pair);
  assert.deepEqual(await chooseChrome(PLAIN, {}, find), { kind: 'full', pair, noShell: lack });
  await assert.rejects(chooseChrome({ ...PLAIN, chrome: 'shell' }, {}, find), lack);
});
